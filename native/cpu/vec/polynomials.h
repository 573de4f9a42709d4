// Coefficients, highest power first. Made by native/cpu/fit_polynomials.py: change them there.
// Included inside the namespace of an instruction set.
#pragma once

// exp(r) ~ 1 + r + r^2 Q(r) for |r| <= ln(2) / 2, relative error 3.1e-09
constexpr float kExp[] = {0.00138146221f, 0.00836871006f, 0.041668389f, 0.166665211f, 0.49999994f};

// tanh(x) ~ x + x^3 Q(x^2) for |x| <= 0.625, relative error 4.4e-09
constexpr float kTanh[] = {-0.00570498733f, 0.020639088f, -0.0537397154f, 0.133314416f, -0.333332807f};
constexpr float kTanhLimit = 0.625f;

// g(x) ~ x P(2 x^2 / limit^2 - 1) below the limit, sign(x) above; GELU within 2.9e-07
constexpr float kGelu[] = {-0.00138653396f, 0.0040375106f, -0.00426188996f, 0.00475297682f, -0.0114059038f,
                           0.0206930656f,   -0.028954532f, 0.0389155857f,   -0.0512432568f, 0.0642791986f,
                           -0.0784391165f,  0.096997194f,  -0.130655378f,   0.261856228f};
constexpr float kGeluLimit = 5.4f;

// g(x) ~ x P(2 x^2 / limit^2 - 1) below the limit, sign(x) above; GELU within 1.8e-07
constexpr float kGeluNew[] = {-0.000390371744f, 0.00212273095f, -0.00434304262f, 0.00520929275f, -0.00714894012f,
                              0.0133640701f,    -0.0226246081f, 0.0338008516f,   -0.0475782938f, 0.0634253845f,
                              -0.080691427f,    0.101826876f,   -0.138128981f,   0.277234912f};
constexpr float kGeluNewLimit = 5.1f;

// g(x) ~ x P(2 x^2 / limit^2 - 1) below the limit, sign(x) above; GELU within 2.5e-05
constexpr float kLowGelu[] = {0.00550836418f, -0.0157683771f, 0.0219756365f, -0.0319539569f, 0.0536043979f,
                              -0.0801784769f, 0.110501043f,   -0.157224625f, 0.320808828f};
constexpr float kLowGeluLimit = 4.4f;

// g(x) ~ x P(2 x^2 / limit^2 - 1) below the limit, sign(x) above; GELU within 2.4e-05
constexpr float kLowGeluNew[] = {0.00526830554f, -0.014654343f, 0.0195870996f, -0.0287335385f, 0.0506723784f,
                                 -0.0787786543f, 0.11132656f,   -0.160320327f, 0.328191549f};
constexpr float kLowGeluNewLimit = 4.3f;
