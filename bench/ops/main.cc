// Times the native ops: albert_bench [--isa ROW] [--threads N] [--seconds S] [--json] [filter]
// Every case runs on one thread and on N (default: all that this process may use), each as a share of the peak that was
// measured beside it. Whole models are timed by bench/model, other libraries by bench/peers.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/cpu_count.h"
#include "base/cpu_features.h"
#include "base/error.h"
#include "cases.h"
#include "cpu/rows.h"
#include "measure.h"

namespace albert::bench {
namespace {

struct Options {
  std::string isa;
  int threads = cpu_count();
  double seconds = 0.5;  // a case
  bool json = false;
  std::string filter;
};

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; i++) {
    const std::string word = words[i];
    const auto value = [&] { return i + 1 < count ? words[++i] : ""; };
    if (word == "--json") {
      options.json = true;
    } else if (word == "--isa") {
      options.isa = value();
    } else if (word == "--threads") {
      options.threads = std::max(std::atoi(value()), 1);
    } else if (word == "--seconds") {
      options.seconds = std::atof(value());
    } else {
      options.filter = word;
    }
  }
  return options;
}

void print_text(const Case& c, int threads, const Timing& t) {
  std::printf("%-44s %2d thread%s %9.3f ms best %9.3f median", c.name.c_str(), threads, threads == 1 ? " " : "s",
              t.best_seconds * 1e3, t.median_seconds * 1e3);
  if (c.flops > 0) std::printf(" %7.1f GFLOP/s", c.flops / t.best_seconds * 1e-9);
  if (c.flops > 0 && t.peak_flops > 0) {
    std::printf(" %5.1f %% of %.1f", 100 * c.flops / t.best_seconds / t.peak_flops, t.peak_flops * 1e-9);
  }
  std::printf("\n");
  std::fflush(stdout);
}

void print_json(const Case& c, int threads, const Timing& t, bool first) {
  std::printf("%s    {\"name\": \"%s\", \"threads\": %d, \"best_ms\": %.5g, \"median_ms\": %.5g, \"runs\": %d",
              first ? "\n" : ",\n", c.name.c_str(), threads, t.best_seconds * 1e3, t.median_seconds * 1e3, t.runs);
  if (c.flops > 0 && t.peak_flops > 0) {
    std::printf(", \"gflops\": %.5g, \"peak_gflops\": %.5g, \"share_of_peak\": %.3g", c.flops / t.best_seconds * 1e-9,
                t.peak_flops * 1e-9, c.flops / t.best_seconds / t.peak_flops);
  }
  std::printf("}");
}

int run(const Options& options) {
  const Ops<float> ops = cpu::float_ops(options.isa);
  ThreadPool pool(options.threads);
  bool first = true;
  if (options.json) {
    std::printf("{\n  \"kind\": \"ops\",\n  \"cpu\": \"%s\",\n  \"isa\": \"%s\",\n  \"results\": [",
                cpu_features().name.c_str(), ops.name);
  }
  for_each_case(ops, options.threads, [&](const Case& c) {
    if (c.name.find(options.filter) == std::string::npos) return;
    for (const int threads : {1, options.threads}) {
      const Timing timing = measure({pool, threads, c.burn}, options.seconds, c.work);
      options.json ? print_json(c, threads, timing, first) : print_text(c, threads, timing);
      first = false;
      if (options.threads == 1) break;
    }
  });
  if (options.json) std::printf("\n  ]\n}\n");
  return 0;
}

}  // namespace
}  // namespace albert::bench

int main(int argc, char** argv) {
  try {
    return albert::bench::run(albert::bench::parse(argc, argv));
  } catch (const albert::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
