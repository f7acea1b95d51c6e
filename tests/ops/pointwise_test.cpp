#include "ops/pointwise.h"

#include <limits>

#include "op_testing.h"

namespace wick::testing {

using D = std::vector<double>;
using V = std::vector<int64_t>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

static Tensor spread(int64_t n, double low, double high, DType dtype = DType::float32) {
    return call("aten::linspace", low, high, n, static_cast<int64_t>(dtype));
}

TEST(Pointwise, UnaryFunctionsAgreeWithTheLibrary) {
    struct Case {
        const char* op;
        double (*reference)(double);
        double low, high;
    };
    const Case cases[] = {
        {"exp", std::exp, -85, 88},
        {"expm1", std::expm1, -20, 20},
        {"log", std::log, 1e-6, 1000},
        {"log1p", std::log1p, -0.99, 100},
        {"sqrt", std::sqrt, 0, 100},
        {"tanh", std::tanh, -12, 12},
        {"erf", std::erf, -5, 5},
        {"sin", std::sin, -100, 100},
        {"cos", std::cos, -1e5, 1e5},
        {"tan", std::tan, -1, 1},
        {"atan", std::atan, -10, 10},
        {"asin", std::asin, -1, 1},
        {"floor", std::floor, -5, 5},
        {"ceil", std::ceil, -5, 5},
        {"round", std::nearbyint, -5, 5},
        {"log2", std::log2, 0.1, 100},
        {"sinh", std::sinh, -10, 10},
        {"lgamma", std::lgamma, 0.5, 20},
        {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }, -100, 100},
    };
    for (const Case& c : cases) {
        for (DType dtype : {DType::float32, DType::float64}) {
            const Tensor x = spread(1003, c.low, c.high, dtype);
            const D in = values(x);
            const D out = values(call(fmt::format("aten::{}", c.op), x));
            const double tolerance = dtype == DType::float64 ? 1e-14 : 6e-7;
            for (size_t i = 0; i < in.size(); ++i) {
                const double expected = c.reference(in[i]);
                ASSERT_NEAR(out[i], expected,
                            tolerance * std::max(std::abs(expected), std::string(c.op) == "exp" ? 0.0 : 1e-1))
                    << c.op << "(" << in[i] << ") " << name_of(dtype);
            }
        }
    }
}

TEST(Pointwise, SpecialValues) {
    const Tensor x = tensor<double>({kNan, kInf, -kInf, 0.0, 1e30, -1e30});
    for (const Tensor& t : {x, ops::to_dtype(x, DType::float32)}) {
        expect_close(values(call("aten::exp", t)), {kNan, kInf, 0, 1, kInf, 0});
        expect_close(values(call("aten::tanh", t)), {kNan, 1, -1, 0, 1, -1});
        expect_close(values(call("aten::sigmoid", t)), {kNan, 1, 0, 0.5, 1, 0});
        expect_close(values(call("aten::erf", t)), {kNan, 1, -1, 0, 1, -1});
        expect_close(values(call("aten::log", t)), {kNan, kInf, kNan, -kInf, std::log(1e30), kNan});
        expect_close(values(call("aten::log1p", t)), {kNan, kInf, kNan, 0, std::log(1e30), kNan});
        expect_close(values(call("aten::sin", t)).at(1) != 0 ? D{1} : D{0}, {1});
        expect_close(values(call("aten::relu", t)), {kNan, kInf, 0, 0, 1e30, 0});
        expect_close(values(call("aten::maximum", t, call("aten::zeros_like", t))), {kNan, kInf, 0, 0, 1e30, 0});
        EXPECT_EQ(values(call("aten::isfinite", t)), (D{0, 0, 0, 1, 1, 1}));
    }
}

TEST(Pointwise, EveryLayout) {
    const Tensor base = counting({6, 5, 4});
    const Tensor row = counting({4});
    const auto layouts = std::vector<Tensor>{base,
                                             ops::transpose(base, 0, 2),
                                             ops::slice(base, 0, 1, 6, 2),
                                             ops::slice(base, 2, 1, 4),
                                             ops::expand(counting({1, 5, 1}), {6, 5, 4}),
                                             ops::permute(base, {1, 2, 0}),
                                             ops::select(base, 0, 3),
                                             ops::slice(base, 1, 2, 2)};
    for (const Tensor& x : layouts) {
        const Tensor y = ops::contiguous(x);
        const D expected = [&] {
            D out = values(y);
            for (double& v : out) v = v * 2 + 1;
            return out;
        }();
        EXPECT_EQ(values(call("aten::add.Scalar", call("aten::mul.Scalar", x, 2), 1)), expected);
        const Tensor sum = call("aten::add.Tensor", x, x);
        EXPECT_EQ(sizes(sum), sizes(x));
        EXPECT_EQ(values(call("aten::sub.Tensor", sum, x)), values(y));
    }
    EXPECT_EQ(strides(call("aten::relu", ops::transpose(base, 0, 2))), (V{1, 4, 20}));
    const Tensor nhwc = ops::clone(counting({2, 3, 4, 5}), MemoryFormat::channels_last);
    EXPECT_EQ(strides(call("aten::mul.Tensor", nhwc, counting({3, 1, 1}))), strides(nhwc));
    const D product = values(call("aten::mul.Tensor", base, row));
    for (size_t i = 0; i < product.size(); ++i) EXPECT_EQ(product[i], static_cast<double>(i * (i % 4)));
    EXPECT_EQ(error_of([&] { call("aten::add.Tensor", base, counting({3})); }),
              "The size of tensor a (4) must match the size of tensor b (3) at non-singleton dimension 2");
}

TEST(Pointwise, LargeTensorsInParallel) {
    const Tensor x = counting({300, 1000});
    const Tensor y = counting({1000});
    const D out = values(call("aten::add.Tensor", x, y, 2));
    for (size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], static_cast<double>(i + 2 * (i % 1000)));
}

TEST(Pointwise, Promotion) {
    const Tensor ints = tensor<int64_t>({1, 2});
    const Tensor floats = tensor<float>({1, 2});
    const Tensor halves = ops::to_dtype(floats, DType::float16);
    const Tensor bools = tensor<int8_t>({1, 0});
    EXPECT_EQ(call("aten::add.Scalar", ints, 1.5).dtype(), DType::float32);
    EXPECT_EQ(call("aten::add.Scalar", halves, 1.5).dtype(), DType::float16);
    EXPECT_EQ(call("aten::add.Tensor", halves, floats).dtype(), DType::float32);
    EXPECT_EQ(call("aten::mul.Tensor", halves, scalar_tensor(2.0, DType::float64)).dtype(), DType::float16);
    EXPECT_EQ(call("aten::div.Tensor", ints, ints).dtype(), DType::float32);
    EXPECT_EQ(call("aten::add.Tensor", bools, ints).dtype(), DType::int64);
    EXPECT_EQ(call("aten::gt.Scalar", ints, 1.5).dtype(), DType::bool_);
    EXPECT_EQ(values(call("aten::gt.Scalar", ints, 1.5)), (D{0, 1}));
    EXPECT_EQ(call("aten::abs", ops::to_dtype(floats, DType::complex64)).dtype(), DType::float32);
    EXPECT_EQ(values<int64_t>(call("aten::add.Tensor", tensor<int8_t>({127}), tensor<int8_t>({1}))), (V{-128}));
    EXPECT_EQ(call("aten::where.ScalarOther", ops::to_dtype(bools, DType::bool_), halves, 0).dtype(), DType::float16);
}

TEST(Pointwise, ErrorsInPyTorchsWords) {
    const Tensor ints = tensor<int64_t>({1, 2});
    const Tensor bools = ops::to_dtype(ints, DType::bool_);
    EXPECT_EQ(error_of([&] { call("aten::add_.Scalar", ints, 1.5); }),
              "result type Float can't be cast to the desired output type Long");
    EXPECT_EQ(error_of([&] {
                  call("aten::add_.Tensor", ints, tensor<int64_t>({1, 2, 3, 4}, DimVector{2, 2}));
              }),
              "output with shape [2] doesn't match the broadcast shape [2, 2]");
    EXPECT_EQ(error_of([&] { call("aten::sub.Tensor", bools, bools); }),
              "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
              "operator instead.");
    EXPECT_EQ(error_of([&] { call("aten::floor_divide", ints, tensor<int64_t>({0, 1})); }), "ZeroDivisionError");
    EXPECT_EQ(error_of([&] { call("aten::add.Tensor", ints, ints, 0.5); }),
              "For integral input tensors, argument alpha must not be a floating point number.");
    EXPECT_EQ(error_of([&] { call("aten::gelu", ints); }), "\"gelu\" not implemented for 'Long'");
}

TEST(Pointwise, InPlaceAndOut) {
    const Tensor x = counting({2, 3});
    const Tensor same = call("aten::mul_.Scalar", x, 3);
    EXPECT_TRUE(same.is_same(x));
    EXPECT_EQ(values(x), (D{0, 3, 6, 9, 12, 15}));
    call("aten::add_.Tensor", ops::transpose(x, 0, 1), counting({3, 2}));
    EXPECT_EQ(values(x), (D{0, 5, 10, 10, 15, 20}));
    Tensor out = empty({0}, DType::float64);
    call("aten::add.out", x, x, 1, out);
    EXPECT_EQ(values(out), (D{0, 10, 20, 20, 30, 40}));
    // The operand is a shifted view of the output.
    const Tensor line = counting({5});
    call("aten::add_.Tensor", ops::slice(line, 0, 1, 5), ops::slice(line, 0, 0, 4));
    EXPECT_EQ(values(line), (D{0, 1, 3, 5, 7}));
}

TEST(Pointwise, IntegerDivisionAndShifts) {
    const Tensor a = tensor<int64_t>({7, -7, 7, -7});
    const Tensor b = tensor<int64_t>({2, 2, -2, -2});
    EXPECT_EQ(values(call("aten::floor_divide", a, b)), (D{3, -4, -4, 3}));
    EXPECT_EQ(values(call("aten::remainder.Tensor", a, b)), (D{1, 1, -1, -1}));
    EXPECT_EQ(values(call("aten::fmod.Tensor", a, b)), (D{1, -1, 1, -1}));
    EXPECT_EQ(values(call("aten::div.Tensor_mode", a, b, "trunc")), (D{3, -3, -3, 3}));
    EXPECT_EQ(values(call("aten::div.Scalar_mode", tensor({7.f, -7.f}), 2, "floor")), (D{3, -4}));
    EXPECT_EQ(values(call("aten::pow.Tensor_Scalar", a, 2)), (D{49, 49, 49, 49}));
    EXPECT_EQ(values(call("aten::__lshift__.Scalar", a, 1)), (D{14, -14, 14, -14}));
    EXPECT_EQ(values(call("aten::bitwise_not", ops::to_dtype(a, DType::bool_))), (D{0, 0, 0, 0}));
}

TEST(Pointwise, Activations) {
    const Tensor x = tensor({-3.f, -0.5f, 0.f, 0.5f, 3.f});
    expect_close(values(call("aten::gelu", x)), {-0.00404951, -0.15426877, 0, 0.34573123, 2.9959507}, 1e-6);
    expect_close(values(call("aten::gelu", x, "tanh")), {-0.00363738, -0.15428599, 0, 0.34571401, 2.9963627}, 1e-6);
    expect_close(values(call("aten::silu", x)), {-0.14227763, -0.18877033, 0, 0.31122968, 2.8577223}, 1e-6);
    expect_close(values(call("aten::hardswish", x)), {0, -0.20833334, 0, 0.29166669, 3}, 1e-6);
    expect_close(values(call("aten::elu", x, 1, 1, 1)), {-0.9502129, -0.39346933, 0, 0.5, 3}, 1e-6);
    expect_close(values(call("aten::leaky_relu", x, 0.1)), {-0.3, -0.05, 0, 0.5, 3}, 1e-6);
    expect_close(values(call("aten::clamp", x, -1, IValue())), {-1, -0.5, 0, 0.5, 3});
    expect_close(values(call("aten::softplus", x)), {0.04858735, 0.474077, 0.6931472, 0.974077, 3.0485873}, 1e-6);
    expect_close(values(call("aten::glu", ops::slice(x, 0, 0, 4))), {-1.5, -0.31122968}, 1e-6);
    expect_close(values(call("aten::prelu", x, tensor({0.25f}))), {-0.75, -0.125, 0, 0.5, 3});
}

TEST(Pointwise, ExpIsExactToAUnitWhereItIsSubnormal) {
    std::vector<float> x;
    for (float v = -87; v > -105; v -= 0.37f) x.push_back(v);
    const std::vector<float> y = values<float>(call("aten::exp", tensor<float>(x)));
    for (size_t i = 0; i < x.size(); ++i)
        EXPECT_NEAR(y[i], std::exp(static_cast<double>(x[i])), 1.01 * std::max(0x1p-149, 0x1p-23 * y[i])) << x[i];
    std::vector<double> wide;
    for (double v = -708; v > -746; v -= 0.37) wide.push_back(v);
    const std::vector<double> z = values(call("aten::exp", tensor<double>(wide)));
    for (size_t i = 0; i < wide.size(); ++i)
        EXPECT_NEAR(z[i], std::exp(wide[i]), 2.01 * std::max(0x1p-1074, 0x1p-52 * z[i])) << wide[i];
    EXPECT_EQ(values(call("aten::exp", tensor<float>({-std::numeric_limits<float>::infinity(), -1e30f}))),
              (std::vector<double>{0, 0}));
}

TEST(Pointwise, ExpressionsAreData) {
    const jit::Operator* op = jit::Registry::instance().find_overload("aten::silu");
    std::vector<IValue> arguments{counting({1})};
    std::vector<IValue*> slots{&arguments[0]};
    EXPECT_EQ(op->pointwise->kernel_for(jit::Args{slots.data(), 1}).graph().str(),
              "%0 = input[0]\n%1 = sigmoid(%0)\n%2 = mul(%0, %1)\nreturn %2\n");
}

// Of float32, where quotients are told by double's.
TEST(Pointwise, RemaindersAreExact) {
    std::vector<float> numbers{0.f,    -0.f,  1.f,  -1.f,  0.3f,  -0.3f,    3.f,       -7.5f,
                               1e-40f, 6e-8f, 1e8f, -3e9f, 1e30f, INFINITY, -INFINITY, NAN};
    for (int i = 1; i < 200; ++i) numbers.push_back(std::ldexp(static_cast<float>(std::sin(i * 1.7)), i % 40 - 12));
    // A multiple of a number that has no short form, and its neighbours.
    for (float n : {3.f, 1000.f, 65537.f})
        for (float at : {n * 0.3f, std::nextafter(n * 0.3f, 0.f), std::nextafter(n * 0.3f, INFINITY)})
            numbers.push_back(at);
    const int64_t count = static_cast<int64_t>(numbers.size());
    const Tensor a = tensor(numbers, DimVector{count, 1}), b = tensor(numbers, DimVector{1, count});
    const std::vector<float> fmod = values<float>(call("aten::fmod.Tensor", a, b));
    const std::vector<float> remainder = values<float>(call("aten::remainder.Tensor", a, b));
    const std::vector<float> floored = values<float>(call("aten::floor_divide", a, b));
    const auto same = [](float x, float y) {
        return (std::isnan(x) && std::isnan(y)) || (x == y && std::signbit(x) == std::signbit(y));
    };
    for (size_t i = 0; i < fmod.size(); ++i) {
        const float x = numbers[i / numbers.size()], y = numbers[i % numbers.size()], rest = std::fmod(x, y);
        EXPECT_TRUE(same(fmod[i], rest)) << x << " fmod " << y << " is " << fmod[i];
        const float moved = rest != 0 && (y < 0) != (rest < 0) ? rest + y : rest;
        EXPECT_TRUE(same(remainder[i], moved)) << x << " % " << y << " is " << remainder[i];
        if (y == 0 || std::isinf(y) || !(std::abs(static_cast<double>(x) / y) < 0x1p22)) continue;
        EXPECT_EQ(floored[i], std::floor(static_cast<double>(x) / y)) << x << " // " << y;
    }
}

TEST(Pointwise, RowsAreReadWhereTheyLie) {
    // Rows around the length of a chunk, some of which all rows share; results too that lie apart.
    for (int64_t width : {255, 256, 1000, 1024, 1500}) {
        const Tensor x = counting({5, width}), row = counting({1, width}), column = counting({5, 1});
        const Tensor out = call("aten::slice.Tensor", counting({5, 2 * width}), 1, 0, width, 1);
        call("aten::add.out", x, row, 1, out);
        const D sum = values(call("aten::add.Tensor", x, row, 1)), scaled = values(call("aten::mul.Tensor", x, column));
        const D apart = values(out);
        for (int64_t i = 0; i < 5 * width; ++i) {
            const auto at = static_cast<size_t>(i);
            ASSERT_EQ(sum[at], static_cast<double>(i + i % width));
            ASSERT_EQ(apart[at], sum[at]);
            ASSERT_EQ(scaled[at], static_cast<double>(static_cast<float>(i) * static_cast<float>(i / width)));
        }
    }
}

}  // namespace wick::testing
