// What one call asks for, and what it answers. lib/native.ts describes each field; this is its C++ form.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/matrix.h"

namespace albert {

enum class Problem { single_label, multi_label, regression };

template <class T>
struct Request {
  std::vector<int32_t> ids;  // [T]; empty when embeds are given
  std::vector<T> embeds;     // [T,E]
  std::vector<int32_t> types;
  std::vector<int32_t> positions;
  std::vector<int32_t> starts;   // [N+1]
  std::vector<uint8_t> visible;  // [T]; empty = all
  std::vector<int32_t> layers;   // [N], each 1 .. L; empty = L
  std::vector<std::string> outputs;
  bool all_rows = true;
  std::vector<int32_t> rows;  // [R], strictly rising; read when all_rows is false
  std::vector<int32_t> labels;
  std::vector<T> real_labels;
  bool has_labels = false;
  Problem problem = Problem::single_label;
  int64_t choices = 1;
  std::vector<int32_t> sentence_order_labels;
  std::vector<int32_t> start_positions;
  std::vector<int32_t> end_positions;
  std::vector<T> excluded;
  std::vector<T> impossible;
  int64_t start_top = 5;
  int64_t end_top = 5;
  std::map<std::string, std::vector<T>, std::less<>> multipliers;

  int64_t tokens() const { return static_cast<int64_t>(types.size()); }
  int64_t sequences() const { return static_cast<int64_t>(starts.size()) - 1; }
  int64_t row_count() const { return all_rows ? tokens() : static_cast<int64_t>(rows.size()); }
  int64_t row(int64_t r) const { return all_rows ? r : rows[static_cast<size_t>(r)]; }
  bool wants(const char* output) const {
    for (const std::string& name : outputs) {
      if (name == output) return true;
    }
    return false;
  }
};

template <class T>
class Result {
 public:
  struct Output {
    std::string name;
    std::vector<int64_t> dims;
    T* data = nullptr;
    int64_t size = 0;
  };

  // Adds an output of rows x cols (and `dims` for the outside); its numbers are undefined until they are written.
  Matrix<T> add(const std::string& name, std::vector<int64_t> dims) {
    int64_t size = 1;
    for (int64_t extent : dims) size *= extent;
    Arena& memory = memory_.emplace_back(Arena::bytes_for<T>(size));
    T* data = memory.take<T>(size);
    const int64_t cols = dims.empty() ? 1 : dims.back();
    outputs_.push_back({name, dims, data, size});
    return {data, cols == 0 ? 0 : size / cols, cols};
  }
  // Names a part of an output that was added before.
  void add_view(const std::string& name, std::vector<int64_t> dims, T* data) {
    int64_t size = 1;
    for (int64_t extent : dims) size *= extent;
    outputs_.push_back({name, std::move(dims), data, size});
  }

  const std::deque<Output>& outputs() const { return outputs_; }
  const Output* find(std::string_view name) const {
    for (const Output& output : outputs_) {
      if (output.name == name) return &output;
    }
    return nullptr;
  }
  // The output as a matrix whose columns are its last dimension; null data when it was not asked for.
  Matrix<T> matrix(std::string_view name) const {
    const Output* output = find(name);
    if (output == nullptr || output->size == 0) return {};
    const int64_t cols = output->dims.empty() ? 1 : output->dims.back();
    return {output->data, output->size / cols, cols};
  }

  std::map<std::string, double> losses;
  std::string schedule;  // how the work was shared and why

 private:
  std::deque<Arena> memory_;
  std::deque<Output> outputs_;
};

}  // namespace albert
