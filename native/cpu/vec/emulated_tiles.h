// The vocabulary of tile registers in plain C++, and its definition: what AMX does, after the pseudo-code of Intel's
// SDM (volume 2, TDPBF16PS, TDPBSSD). A register that no configuration has given rows ends the program. Included after
// vec/emulated.h.
#pragma once

struct TileRegisters {
  int rows[8] = {};
  std::byte memory[8][16][64] = {};
};
inline TileRegisters& tile_registers() {
  static thread_local TileRegisters registers;
  return registers;
}
template <int R>
inline int rows_of_tile() {
  const int rows = tile_registers().rows[R];
  if (rows == 0) std::abort();
  return rows;
}

inline void configure_tiles(const int (&rows)[8]) {
  tile_registers() = {};
  for (int i = 0; i < 8; i++) tile_registers().rows[i] = rows[i];
}
inline void release_tiles() { tile_registers() = {}; }

template <int R>
inline void clear_tile() {
  for (int row = 0; row < rows_of_tile<R>(); row++) std::memset(tile_registers().memory[R][row], 0, 64);
}
// `stride` in bytes.
template <int R>
inline void load_tile(const void* p, int64_t stride) {
  for (int row = 0; row < rows_of_tile<R>(); row++) {
    std::memcpy(tile_registers().memory[R][row], static_cast<const std::byte*>(p) + row * stride, 64);
  }
}
template <int R>
inline void stream_tile(const void* p, int64_t stride) {
  load_tile<R>(p, stride);
}
template <int R>
inline void store_tile(void* p, int64_t stride) {
  for (int row = 0; row < rows_of_tile<R>(); row++) {
    std::memcpy(static_cast<std::byte*>(p) + row * stride, tile_registers().memory[R][row], 64);
  }
}

// Number `index` of a row.
template <class Number>
inline Number number_of_tile(int tile, int row, int index) {
  Number x;
  std::memcpy(&x, tile_registers().memory[tile][row] + index * static_cast<int>(sizeof x), sizeof x);
  return x;
}
template <class Number>
inline void put_into_tile(int tile, int row, int index, Number x) {
  std::memcpy(tile_registers().memory[tile][row] + index * static_cast<int>(sizeof x), &x, sizeof x);
}

// C += A B, pairs of bfloat16: the sums of the even and of the odd k of a step are added up apart, then added to C.
template <int C, int A, int B>
inline void add_tile_bf16() {
  if (rows_of_tile<A>() != rows_of_tile<C>()) std::abort();
  const auto number = [](int tile, int row, int index) {
    return std::bit_cast<float>(uint32_t{number_of_tile<uint16_t>(tile, row, index)} << 16);
  };
  for (int m = 0; m < rows_of_tile<C>(); m++) {
    for (int n = 0; n < 16; n++) {
      float even = 0;
      float odd = 0;
      for (int k = 0; k < rows_of_tile<B>(); k++) {
        even = std::fma(number(A, m, 2 * k), number(B, k, 2 * n), even);
        odd = std::fma(number(A, m, 2 * k + 1), number(B, k, 2 * n + 1), odd);
      }
      put_into_tile(C, m, n, number_of_tile<float>(C, m, n) + (even + odd));
    }
  }
}

// C += A B, fours of bytes with a sign, in whole numbers.
template <int C, int A, int B>
inline void add_tile_int8() {
  if (rows_of_tile<A>() != rows_of_tile<C>()) std::abort();
  for (int m = 0; m < rows_of_tile<C>(); m++) {
    for (int n = 0; n < 16; n++) {
      int32_t sum = number_of_tile<int32_t>(C, m, n);
      for (int k = 0; k < 4 * rows_of_tile<B>(); k++) {
        sum += number_of_tile<int8_t>(A, m, k) * number_of_tile<int8_t>(B, k / 4, 4 * n + k % 4);
      }
      put_into_tile(C, m, n, sum);
    }
  }
}
inline void prefetch_l2(const void*) {}
