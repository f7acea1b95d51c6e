// The language's builtins, called through the registry as a program calls them.

#include <gtest/gtest.h>

#include <wick/support/check.h>

#include "ops/print_value.h"
#include "ops/registry.h"

namespace wick::jit {
namespace {

/// Python's repr of an operator's result.
std::string call(std::string_view name, std::vector<IValue> args) {
    return python_repr(call_operator(name, std::move(args)));
}

IValue strings(std::vector<std::string> values) { return IValue(values); }
IValue ints(std::vector<int64_t> values) { return IValue(values); }

TEST(Builtins, IntArithmeticFollowsPython) {
    EXPECT_EQ(call("aten::floordiv.int", {-7, 2}), "-4");
    EXPECT_EQ(call("aten::remainder.int", {-7, 3}), "2");
    EXPECT_EQ(call("aten::remainder.float", {-7.5, 2.0}), "0.5");
    EXPECT_EQ(call("aten::remainder.float", {1.0, -0.25}), "-0.0");
    EXPECT_EQ(call("aten::remainder.float", {-1.0, 0.25}), "0.0");
    EXPECT_EQ(call("aten::div.int", {7, 2}), "3.5");
    EXPECT_EQ(call("aten::pow.int_to_int", {2, 10}), "1024");
    EXPECT_EQ(call("aten::pow.int_to_int", {0, -1}), "-9223372036854775808");
    EXPECT_EQ(call("aten::pow.int_to_int", {10, 30}), "-9223372036854775808");
    EXPECT_EQ(call("aten::divmod.int", {-7, 2}), "(-4, 1)");
    EXPECT_EQ(call("aten::add.int", {INT64_MAX, 1}), std::to_string(INT64_MIN));
    EXPECT_EQ(call("aten::floordiv.int", {INT64_MIN, -1}), std::to_string(INT64_MIN));
    EXPECT_THROW(call("aten::floordiv.int", {1, 0}), OpError);
}

TEST(Builtins, ScalarOverloadsKeepTheKindOfNumber) {
    EXPECT_EQ(call("aten::add", {2, 3}), "5");
    EXPECT_EQ(call("aten::add", {2, 3.5}), "5.5");
    EXPECT_EQ(call("aten::mul", {2, std::complex<double>(1, 2)}), "(2+4j)");
    EXPECT_EQ(call("aten::lt", {2, 2.5}), "True");
    EXPECT_THROW(call("aten::lt", {std::complex<double>(1, 2), 1}), OpError);
}

TEST(Builtins, MathRoundsAsPython) {
    EXPECT_EQ(call("aten::round.float", {2.5}), "2.0");
    EXPECT_EQ(call("aten::round.float", {3.5}), "4.0");
    EXPECT_EQ(call("aten::floor.float", {-1.5}), "-2");
    EXPECT_EQ(call("aten::ceil.float", {1.2}), "2");
    EXPECT_EQ(call("aten::sqrt.int", {9}), "3.0");
    EXPECT_THROW(call("aten::floor.float", {1e300}), OpError);
}

TEST(Builtins, SlicesFollowPython) {
    const IValue five = ints({0, 1, 2, 3, 4});
    EXPECT_EQ(call("aten::slice.t", {five, 1, 4, 2}), "[1, 3]");
    EXPECT_EQ(call("aten::slice.t", {five, IValue(), IValue(), -2}), "[4, 2, 0]");
    EXPECT_EQ(call("aten::slice.t", {five, -100, 100, 1}), "[0, 1, 2, 3, 4]");
    EXPECT_EQ(call("aten::slice.t", {five, 1, 100, INT64_MAX}), "[1]");
    EXPECT_EQ(call("aten::slice.str", {"hello", IValue(), IValue(), -1}), "'olleh'");
    EXPECT_THROW(call("aten::slice.t", {five, 0, 1, 0}), OpError);
}

TEST(Builtins, ListsAreShared) {
    const IValue list = ints({3, 1, 2});
    EXPECT_EQ(call("aten::append.t", {list, 0}), "[3, 1, 2, 0]");
    EXPECT_EQ(call("aten::pop.t", {list, 0}), "3");
    call("aten::sort.int", {list, false});
    EXPECT_EQ(python_repr(list), "[0, 1, 2]");
    call("aten::insert.t", {list, -1, 9});
    EXPECT_EQ(python_repr(list), "[0, 1, 9, 2]");
    EXPECT_EQ(call("aten::index.list_int", {list, 9}), "2");
    EXPECT_THROW(call("aten::__getitem__.t", {list, 4}), IndexError);
    EXPECT_EQ(call("aten::sorted.any",
                   {make_list(any_type(), {make_tuple({2, "b"}), make_tuple({1, "c"}), make_tuple({2, "a"})})}),
              "[(1, 'c'), (2, 'a'), (2, 'b')]");
}

TEST(Builtins, Dicts) {
    auto object = make_dict(string_type(), int_type());
    const IValue dict = object;
    call("aten::_set_item.str", {dict, "b", 1});
    call("aten::_set_item.str", {dict, "a", 2});
    EXPECT_EQ(call("aten::keys.str", {dict}), "['b', 'a']");
    EXPECT_EQ(call("aten::items.str", {dict}), "[('b', 1), ('a', 2)]");
    EXPECT_EQ(call("aten::popitem.str", {dict}), "('b', 1)");  // the first
    EXPECT_EQ(call("aten::get.str", {dict, "x"}), "None");
    try {
        call("aten::__getitem__.Dict_str", {dict, "x"});
        FAIL();
    } catch (const OpError& error) {
        EXPECT_STREQ(error.what(), "KeyError: x");
    }
}

TEST(Builtins, Strings) {
    EXPECT_EQ(call("aten::split.str", {"  a b  c ", IValue(), -1}), "['a', 'b', 'c']");
    EXPECT_EQ(call("aten::split.str", {"a,b,,c", ",", 2}), "['a', 'b', ',c']");
    EXPECT_EQ(call("aten::rsplit", {"a,b,c", ",", 1}), "['a,b', 'c']");
    EXPECT_EQ(call("aten::splitlines", {"a\r\nb\n\nc", false}), "['a', 'b', '', 'c']");
    EXPECT_EQ(call("aten::replace", {"aaa", "a", "bb", 2}), "'bbbba'");
    EXPECT_EQ(call("aten::center", {"ab", 5, "*"}), "'**ab*'");
    EXPECT_EQ(call("aten::zfill", {"-7", 4}), "'-007'");
    EXPECT_EQ(call("aten::title", {"hello big world"}), "'Hello Big World'");
    EXPECT_EQ(call("aten::join", {"-", strings({"a", "b"})}), "'a-b'");
    EXPECT_EQ(call("aten::count", {"banana", "an", 0, -1}), "2");
    EXPECT_EQ(call("aten::strip", {"  x \n", " \n\t\f\v"}), "'x'");
    EXPECT_EQ(call("aten::expandtabs", {"a\tb", 4}), "'a   b'");
    EXPECT_EQ(call("aten::partition", {"k=v=w", "="}), "('k', '=', 'v=w')");
}

TEST(Builtins, Conversions) {
    EXPECT_EQ(call("aten::Int.str", {" -12 "}), "-12");
    EXPECT_EQ(call("aten::Float.str", {"1e3"}), "1000.0");
    EXPECT_THROW(call("aten::Int.str", {"12x"}), OpError);
    EXPECT_EQ(call("aten::Int.float", {-1.9}), "-1");
    EXPECT_THROW(call("aten::Int.float", {1e30}), OpError);
    EXPECT_EQ(call("aten::hex", {-255}), "'-0xff'");
    EXPECT_EQ(call("aten::Complex.float_int", {1.5, 2}), "(1.5+2j)");
    EXPECT_EQ(call("prim::NumToTensor.Scalar", {3}), "tensor(3)");
}

TEST(Builtins, FormatAsTorchScript) {
    EXPECT_EQ(script_str(1.0), "1.");
    EXPECT_EQ(script_str(0.1), "0.10000000000000001");
    EXPECT_EQ(script_str(1e18), "1000000000000000000.");
    EXPECT_EQ(script_str(1e19), "1e+19");
    EXPECT_EQ(script_str(std::complex<double>(1, 2)), "1.+2.j");
    EXPECT_EQ(script_str(strings({"a", "b"})), "[a, b]");
    const Operator* format = Registry::instance().find_overload("aten::percentFormat");
    IValue args[] = {"%d %s %f%%", 3, "x", 2.5};
    IValue* slots[] = {&args[0], &args[1], &args[2], &args[3]};
    IValue result;
    format->kernel(*format, Args{slots, 4}, &result);
    EXPECT_EQ(result.to_string(), "3 x 2.500000%");
}

TEST(Builtins, RangesDoNotOverflow) {
    EXPECT_EQ(call("aten::__range_length", {0, 10, 3}), "4");
    EXPECT_EQ(call("aten::__range_length", {10, 0, -3}), "4");
    EXPECT_EQ(call("aten::__range_length", {INT64_MIN, INT64_MAX, INT64_MAX}), "3");
    EXPECT_EQ(call("aten::__range_length", {0, 10, INT64_MIN}), "0");
}

TEST(Builtins, ContainersOfModulesAreIndexedByNumberOrKey) {
    auto type = make_intrusive<ClassType>("__torch__.List", true);
    type->add_attribute("0", any_type());
    type->add_attribute("head", any_type());
    auto container = make_intrusive<ScriptObject>(type);
    container->set_attr("0", "first");
    container->set_attr("head", "by name");
    EXPECT_EQ(call("prim::ModuleContainerIndex.list", {container, 0}), "'first'");
    EXPECT_EQ(call("prim::ModuleContainerIndex.dict", {container, "head"}), "'by name'");
    EXPECT_THROW(call("prim::ModuleContainerIndex.list", {container, 1}), OpError);
    EXPECT_THROW(call("prim::ModuleContainerIndex.list", {IValue(3), 0}), OpError);
}

TEST(Builtins, GrowthIsRefusedBeforeItHappens) {
    auto meter = make_intrusive<MemoryMeter>(1 << 20);
    MemoryMeterGuard guard(meter.get());
    EXPECT_THROW(call("aten::mul.left_t", {ints({1}), int64_t{1} << 30}), LimitError);
    EXPECT_THROW(call("aten::ljust", {"x", int64_t{1} << 30, " "}), LimitError);
    EXPECT_EQ(meter->used(), 0);
}

}  // namespace
}  // namespace wick::jit
