// The SQuAD 2 head of google-research/albert (run_squad_v2, modeling of start, end and answerability):
//   start  = log_softmax(x w_s + b_s, excluded tokens at -1e30)
//   end(r) = log_softmax(LN(tanh([x ; r] W_e0 + b_e0)) w_e1 + b_e1, likewise), r = x at a start
//   cls    = tanh([sum over s of softmax(start)_s x_s ; x_0] W_a0 + b_a0) w_a1
// In training r is x at the true start, else at each of the best `start_top` starts (beams, start-major).
#pragma once

#include <string>
#include <vector>

#include "model/run.h"

namespace albert::squad2 {

template <class T>
void add_outputs(const Request<T>& request, Result<T>& result, std::vector<std::string>& known);

template <class T>
void run_head(const Run<T>& run, const Matrix<T>& rows, const Team& team);

}  // namespace albert::squad2
