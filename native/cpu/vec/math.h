// exp and the activations on 16 floats, by polynomials alone: no table, no estimate instruction, so every instruction
// set gives the same bits. Errors are measured by test/native/activation.cc.
// Included inside the namespace of an instruction set.
#pragma once

#include "cpu/vec/polynomials.h"

// Horner's rule, highest power first.
template <int N>
inline F32x16 polynomial(const float (&coefficients)[N], F32x16 x) {
  F32x16 value = broadcast(coefficients[0]);
#pragma GCC unroll 16
  for (int i = 1; i < N; i++) value = multiply_add(value, x, broadcast(coefficients[i]));
  return value;
}

// exp(x) for x <= 88: 1 at 0 to the bit, 0 below the smallest normal number's logarithm, NaN for NaN.
inline F32x16 exponential_to_88(F32x16 x) {
  constexpr float kLowest = -87.3365f;  // just above log(2^-126)
  // x = n ln 2 + r. Adding 1.5 2^23 rounds to the integer n and leaves it, + 127, in the lowest bits of the sum.
  const F32x16 magic = broadcast(12582912.0f + 127.0f);
  const F32x16 shifted = multiply_add(larger(broadcast(kLowest), x), broadcast(1.44269504f), magic);
  const F32x16 n = shifted - magic;
  // ln 2 in two pieces, the first with so few bits that n times it is exact.
  F32x16 r = multiply_add(n, broadcast(-0.693359375f), x);
  r = multiply_add(n, broadcast(2.12194440e-4f), r);
  const F32x16 value = multiply_add(r * r, polynomial(kExp, r), r) + broadcast(1.0f);
  return select_less(x, broadcast(kLowest), zero(), value * low_bits_as_exponent(shifted));
}

// exp(x) for any x, infinity above 88.
inline F32x16 exponential(F32x16 x) {
  const F32x16 highest = broadcast(88.0f);
  return select_less(highest, x, broadcast(__builtin_inff()), exponential_to_88(smaller(highest, x)));
}

// 0.5 x (1 + g(x)) with g(x) ~ x P(v), v = 2 x^2 / limit^2 - 1 in -1 .. 1; g = sign(x) beyond the limit. Centred on the
// middle of its range, P keeps its digits at degree 13; in powers of x^2 it loses all of them to cancellation.
template <int N>
inline F32x16 gelu_by(const float (&coefficients)[N], float limit, F32x16 x) {
  const F32x16 v = multiply_add(x * x, broadcast(2.0f / (limit * limit)), broadcast(-1.0f));
  const F32x16 inside = x * polynomial(coefficients, v);
  const F32x16 g = select_less(absolute(x), broadcast(limit), inside, with_sign(broadcast(1.0f), x));
  // Not half x times (1 + g): that sum would round once more.
  const F32x16 half = broadcast(0.5f) * x;
  return multiply_add(half, g, half);
}

struct Gelu {
  F32x16 operator()(F32x16 x) const { return gelu_by(kGelu, kGeluLimit, x); }
};

struct GeluNew {
  F32x16 operator()(F32x16 x) const { return gelu_by(kGeluNew, kGeluNewLimit, x); }
};

// The same for results that are rounded to bfloat16 or int8: two thirds of the work.
struct LowGelu {
  F32x16 operator()(F32x16 x) const { return gelu_by(kLowGelu, kLowGeluLimit, x); }
};

struct LowGeluNew {
  F32x16 operator()(F32x16 x) const { return gelu_by(kLowGeluNew, kLowGeluNewLimit, x); }
};

struct Relu {
  // In this order NaN passes through.
  F32x16 operator()(F32x16 x) const { return larger(zero(), x); }
};

struct Silu {
  F32x16 operator()(F32x16 x) const { return x / (broadcast(1.0f) + exponential(zero() - x)); }
};

struct Tanh {
  // Near 0 by its series, which keeps relative precision; elsewhere 1 - 2 / (exp(2 |x|) + 1).
  F32x16 operator()(F32x16 x) const {
    const F32x16 size = absolute(x);
    const F32x16 near = multiply_add(x * x * x, polynomial(kTanh, x * x), x);
    const F32x16 one = broadcast(1.0f);
    const F32x16 two = broadcast(2.0f);
    const F32x16 far = one - two / (exponential(two * size) + one);
    return select_less(size, broadcast(kTanhLimit), near, with_sign(far, x));
  }
};

struct Identity {
  F32x16 operator()(F32x16 x) const { return x; }
};

// Calls body with the function of `kind`: the choice is made once, outside the loops.
template <class ErfGelu = Gelu, class TanhGelu = GeluNew, class Body>
inline void with_activation(Activation kind, const Body& body) {
  switch (kind) {
    case Activation::gelu:
      return body(ErfGelu{});
    case Activation::gelu_new:
      return body(TanhGelu{});
    case Activation::relu:
      return body(Relu{});
    case Activation::silu:
      return body(Silu{});
    case Activation::tanh:
      return body(Tanh{});
    case Activation::linear:
      return body(Identity{});
  }
}
