// Calls that do not fit: calls.txt holds the whole messages.

#include <gtest/gtest.h>

#include <wick/wick.h>

#include "golden.h"
#include "ops/tensor_ops.h"

namespace wick::jit {
namespace {

struct WrongCall {
    const char* name;
    const char* method;
    std::vector<IValue> arguments;
    Kwargs keywords;
};

TEST(WrongCall, SaysWhatDoesNotFit) {
    const Module module = load(WICK_TEST_DATA "/t213/control_flow.pt");
    const Tensor x = ops::ones({2, 2}, DType::float32);
    const IValue mixed = make_list(any_type(), {IValue(1), IValue("a")});
    const std::vector<WrongCall> calls = {
        {"too few", "forward", {x}, {}},
        {"too many", "forward", {x, 1, 2}, {}},
        {"unknown keyword", "forward", {x}, {{"m", 1}}},
        {"keyword twice", "forward", {x, 1}, {{"n", 1}}},
        {"same keyword twice", "forward", {x}, {{"n", 1}, {"n", 2}}},
        {"str for int", "forward", {x, "one"}, {}},
        {"None for Tensor", "forward", {IValue(), 1}, {}},
        {"float for int", "collatz", {1.5}, {}},
        {"Tensor for int", "collatz", {x}, {}},
        {"list for a Union without it", "union", {mixed}, {}},
        {"list for str", "strings", {mixed, 1, 1.0}, {}},
        {"unknown method", "backward", {}, {}},
    };
    std::string all;
    for (const WrongCall& call : calls) {
        all += std::string("== ") + call.name + "\n";
        try {
            module.get_method(call.method)(call.arguments, call.keywords);
            all += "(succeeds)\n";
        } catch (const OpError& error) {
            all += std::string(error.what()) + "\n";
        }
    }
    testing::expect_golden("errors/calls.txt", all);
}

}  // namespace
}  // namespace wick::jit
