// Operators that may run for seconds ask on the way whether they should go on.

#include <wick/support/parallel.h>
#include <wick/support/stop_check.h>

#include "ops/op_testing.h"
#include "ops/print_value.h"

namespace wick {
namespace {

using namespace testing;

struct StopNow : StopCheck {
    void check_time() const override { throw OpError("stopped"); }
};

template <class F>
std::string stopped(F&& work) {
    const StopNow stop;
    StopCheckGuard guard(&stop);
    return error_of(work);
}

TEST(Stop, InsideOneOperator) {
    ThreadBudget one(1);
    const Tensor line = call("aten::rand", std::vector<int64_t>{20'000});
    const Tensor square = call("aten::rand", std::vector<int64_t>{60, 60});
    const std::pair<const char*, std::vector<IValue>> calls[] = {
        {"aten::matmul", {square, square}},
        {"aten::exp", {line}},
        {"aten::sum", {line}},
        {"aten::sort", {line, -1, false}},
        {"aten::topk", {line, 100}},
        {"aten::_unique2", {line}},
        {"aten::rand", {std::vector<int64_t>{20'000}}},
        {"aten::randn", {std::vector<int64_t>{100'000}}},
        {"aten::randperm", {20'000}},
        {"aten::combinations", {line}},
        {"aten::tril_indices", {200, 200}},
        {"aten::linalg_inv", {square}},
        {"aten::linalg_cholesky", {call("aten::eye", 60)}},
        {"aten::fft_fft", {call("aten::rand", std::vector<int64_t>{4096})}},
        {"aten::conv1d",
         {call("aten::ones", std::vector<int64_t>{1, 1, 100}), call("aten::ones", std::vector<int64_t>{4, 1, 5})}},
    };
    for (const auto& [name, arguments] : calls)
        EXPECT_EQ(stopped([&, name = name, arguments = arguments] { jit::call_operator(name, arguments); }), "stopped")
            << name;
}

TEST(Stop, InsideListsAndStrings) {
    auto list = make_list(jit::int_type());
    for (int64_t i = 0; i < 10'000; ++i) list->items.emplace_back(i * 7919 % 10'007);
    EXPECT_EQ(stopped([&] { call_value("aten::sort.int", IValue(list), false); }), "stopped");
    EXPECT_EQ(stopped([&] { IValue(list).equals(IValue(make_list(jit::int_type(), list->items))); }), "stopped");
    EXPECT_EQ(stopped([&] { jit::python_repr(IValue(list)); }), "stopped");
    EXPECT_EQ(stopped([] { call_value("aten::rfind", std::string(5'000, 'a'), std::string("ba"), 0, -1); }), "stopped");
}

}  // namespace
}  // namespace wick
