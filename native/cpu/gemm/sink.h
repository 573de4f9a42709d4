// Where the results of a product go, a row and some neighbouring columns at a time, in the format of the next product.
//   kColumns  how many columns it takes together: those that share a scale; 1 = as they come
//   put       columns [first, last) of a row; value(column) gives the sixteen from there on
// Included inside the namespace of an instruction set.
#pragma once

// The sums as they are, without a Finish, into rows that have room for whole panels.
struct SumsSink {
  static constexpr int64_t kColumns = 1;
  Matrix<float> y;
};

struct FloatSink {
  static constexpr int64_t kColumns = 1;
  Matrix<float> y;

  template <class Value>
  void put(int64_t row, int64_t first, int64_t last, const Value& value) const {
    float* const out = y.row(row);
    int64_t column = first;
    for (; column + kLanes <= last; column += kLanes) store(out + column, value(column));
    if (column < last) store_first(out + column, value(column), last - column);
  }
};

struct Bf16Sink {
  static constexpr int64_t kColumns = 1;
  Matrix<Bf16> y;

  template <class Value>
  void put(int64_t row, int64_t first, int64_t last, const Value& value) const {
    Bf16* const out = y.row(row);
    int64_t column = first;
    for (; column + kLanes <= last; column += kLanes) store_bf16(out + column, value(column));
    if (column < last) store_bf16_first(out + column, value(column), last - column);
  }
};

// One group of a row: `count` numbers, at most kGroup.
template <class Value>
inline void quantize(uint8_t* values, float* scale, uint8_t offset, int64_t count, const Value& value) {
  F32x16 v[kGroup / kLanes];
  F32x16 top = zero();
  const int64_t vectors = pieces_of(count, kLanes);
  for (int64_t i = 0; i < vectors; i++) {
    v[i] = value(i * kLanes);
    if (i + 1 == vectors) v[i] = keep_first(v[i], count - i * kLanes, zero());
    top = larger_size(v[i], top);
  }
  const float largest = largest_size(top);
  const F32x16 over = broadcast(largest == 0 ? 0 : 127 / largest);
  for (int64_t i = 0; i < vectors; i++) {
    store_bytes_first(values + i * kLanes, to_int(v[i] * over), offset, count - i * kLanes);
  }
  *scale = largest / 127;
}

struct Int8Sink {
  static constexpr int64_t kColumns = kGroup;
  Int8Rows y;

  template <class Value>
  void put(int64_t row, int64_t first, int64_t last, const Value& value) const {
    quantize(y.values.row(row) + first, y.scales.row(row) + first / kGroup, y.offset, last - first,
             [&](int64_t i) { return value(first + i); });
  }
};

// Calls body with the sink for y.
template <class Body>
inline void with_sink(const Operand<float>& y, const Body& body) {
  switch (y.format) {
    case Format::plain:
      return body(FloatSink{y.plain});
    case Format::bf16:
      return body(Bf16Sink{y.bf16});
    case Format::int8:
      return body(Int8Sink{y.int8});
  }
}
