// A view of a row-major matrix: where it starts, how many rows and columns, how far apart the rows are.
// Owns nothing and checks nothing; a null `data` means "not given" where an op allows that.
#pragma once

#include <cstdint>

namespace albert {

template <class T>
struct Matrix {
  T* data = nullptr;
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t stride = 0;  // elements from one row to the next, >= cols

  Matrix() = default;
  Matrix(T* data_, int64_t rows_, int64_t cols_) : Matrix(data_, rows_, cols_, cols_) {}
  Matrix(T* data_, int64_t rows_, int64_t cols_, int64_t stride_)
      : data(data_), rows(rows_), cols(cols_), stride(stride_) {}
  // A Matrix<T> is accepted where a Matrix<const T> is read.
  template <class U>
    requires(!__is_same(U, T) && __is_same(const U, T))
  Matrix(const Matrix<U>& other) : Matrix(other.data, other.rows, other.cols, other.stride) {}

  T* row(int64_t index) const { return data + index * stride; }
  Matrix columns(int64_t first, int64_t count) const { return {data + first, rows, count, stride}; }
  Matrix slice(int64_t first, int64_t count) const { return {row(first), count, cols, stride}; }
  Matrix top(int64_t count) const { return {data, count, cols, stride}; }
};

}  // namespace albert
