#include "model/losses.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace albert {
namespace {

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

double mean(double total, int64_t count) {
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : total / static_cast<double>(count);
}

template <class T>
struct Losses {
  const Config& config;
  const Ops<T>& ops;
  const Request<T>& request;
  Result<T>& result;
  ThreadPool& pool;
  int threads;

  // Mean cross-entropy over the rows whose label counts.
  double cross_entropy(const Matrix<const T>& logits, const std::vector<int32_t>& labels) const {
    std::vector<double> rows(labels.size());
    pool.run(threads, [&](const Team& team) {
      ops.cross_entropy_forward({rows.data(), logits, labels.data(), kIgnoredLabel}, team.part);
    });
    return mean(sum(rows),
                static_cast<int64_t>(labels.size()) - std::count(labels.begin(), labels.end(), kIgnoredLabel));
  }

  double sequence_classification() const {
    const Matrix<const T> logits = result.matrix("logits");
    if (request.problem == Problem::single_label) return cross_entropy(logits, request.labels);
    std::vector<double> rows(static_cast<size_t>(logits.rows));
    const Matrix<const T> targets{request.real_labels.data(), logits.rows, logits.cols};
    if (request.problem == Problem::multi_label) {
      ops.binary_cross_entropy_forward({rows.data(), logits, targets}, Part{});
    } else {
      ops.squared_error_forward({rows.data(), logits, targets}, Part{});
    }
    return mean(sum(rows), logits.rows * logits.cols);
  }

  // Cross-entropy over the rows of each sequence for one end of the answer, a mean over the kept sequences.
  double answer_end(int64_t column, const std::vector<int32_t>& positions) const {
    const Matrix<T> logits = result.matrix("logits");
    double total = 0;
    int64_t kept = 0;
    for (int64_t n = 0; n < request.sequences(); n++) {
      const int32_t position = positions[static_cast<size_t>(n)];
      if (position < 0) continue;
      const int64_t begin = request.starts[static_cast<size_t>(n)];
      const int64_t tokens = request.starts[static_cast<size_t>(n + 1)] - begin;
      std::vector<T> row(static_cast<size_t>(tokens));
      for (int64_t t = 0; t < tokens; t++) row[static_cast<size_t>(t)] = logits.row(begin + t)[column];
      double loss = 0;
      ops.cross_entropy_forward({&loss, {row.data(), 1, tokens}, &position, kIgnoredLabel}, Part{});
      total += loss;
      kept++;
    }
    return mean(total, kept);
  }

  // Minus the mean log-probability at the given positions.
  double squad2_end(const char* output, const std::vector<int32_t>& positions) const {
    const T* log_probs = result.matrix(output).data;
    double total = 0;
    int64_t kept = 0;
    for (int64_t n = 0; n < request.sequences(); n++) {
      const int32_t position = positions[static_cast<size_t>(n)];
      if (position < 0) continue;
      total -= static_cast<double>(log_probs[request.starts[static_cast<size_t>(n)] + position]);
      kept++;
    }
    return mean(total, kept);
  }

  void squad2() const {
    const int64_t n = request.sequences();
    const double start = squad2_end("start_log_probs", request.start_positions);
    const double end = squad2_end("end_log_probs", request.end_positions);
    std::vector<double> rows(static_cast<size_t>(n));
    ops.binary_cross_entropy_forward(
        {rows.data(), {result.matrix("cls_logits").data, n, 1}, {request.impossible.data(), n, 1}}, Part{});
    const double answer = mean(sum(rows), n);
    result.losses = {{"loss", 0.5 * (start + end) + 0.5 * answer},
                     {"start_loss", start},
                     {"end_loss", end},
                     {"answer_loss", answer}};
  }

  void compute() const {
    switch (config.head) {
      case Head::none:
        return;
      case Head::masked_lm:
      case Head::token_classification:
        result.losses["loss"] = cross_entropy(result.matrix("logits"), request.labels);
        return;
      case Head::pretraining: {
        const double masked_lm = cross_entropy(result.matrix("prediction_logits"), request.labels);
        const double order = cross_entropy(result.matrix("sop_logits"), request.sentence_order_labels);
        result.losses = {{"loss", masked_lm + order}, {"mlm_loss", masked_lm}, {"sop_loss", order}};
        return;
      }
      case Head::sequence_classification:
        result.losses["loss"] = sequence_classification();
        return;
      case Head::question_answering:
        result.losses["loss"] = (answer_end(0, request.start_positions) + answer_end(1, request.end_positions)) / 2;
        return;
      case Head::multiple_choice: {
        // One logit a choice; the choices of a question lie side by side.
        const int64_t questions = request.sequences() / request.choices;
        const Matrix<const T> logits{result.matrix("logits").data, questions, request.choices};
        result.losses["loss"] = cross_entropy(logits, request.labels);
        return;
      }
      case Head::squad2:
        squad2();
        return;
    }
  }
};

}  // namespace

template <class T>
void compute_losses(const Config& config, const Ops<T>& ops, const Request<T>& request, Result<T>& result,
                    ThreadPool& pool, int threads) {
  Losses<T>{config, ops, request, result, pool, threads}.compute();
}

template void compute_losses(const Config&, const Ops<float>&, const Request<float>&, Result<float>&, ThreadPool&, int);
template void compute_losses(const Config&, const Ops<double>&, const Request<double>&, Result<double>&, ThreadPool&,
                             int);

}  // namespace albert
