// Plans and the interpreter, on graphs written as text.

#include "runtime/interpreter.h"

#include <gtest/gtest.h>
#include <thread>

#include <wick/support/parallel.h>

#include "ir/graph.h"
#include "ops/print_value.h"
#include "runtime/plan.h"

namespace wick::jit {
namespace {

IntrusivePtr<Function> function_of(std::string_view text, const std::string& name = "f") {
    return make_intrusive<Function>("__torch__." + name, Schema(), parse_graph(text));
}

std::string run_text(std::string_view text, std::vector<IValue> args = {}, const RunOptions& options = {}) {
    return python_repr(run(*function_of(text), std::move(args), options));
}

// sum(i * i for i in range(n))
constexpr std::string_view kSquares = R"(graph(%n : int):
  %true : bool = prim::Constant[value=1]()
  %zero : int = prim::Constant[value=0]()
  %total : int = prim::Loop(%n, %true, %zero)
    block0(%i : int, %sum.1 : int):
      %square : int = aten::mul(%i, %i)
      %sum.2 : int = aten::add(%sum.1, %square)
      -> (%true, %sum.2)
  return (%total)
)";

constexpr std::string_view kForever = R"(graph(%x : int):
  %true : bool = prim::Constant[value=1]()
  %max : int = prim::Constant[value=9223372036854775807]()
  %y : int = prim::Loop(%max, %true, %x)
    block0(%i : int, %a : int):
      %b : int = aten::add(%a, %i)
      -> (%true, %b)
  return (%y)
)";

TEST(Interpreter, Loops) {
    EXPECT_EQ(run_text(kSquares, {5}), "30");
    EXPECT_EQ(run_text(kSquares, {0}), "0");
    EXPECT_EQ(run_text(kSquares, {-3}), "0");
}

TEST(Interpreter, LoopResultsAreExchangedAsIfAtOnce) {
    EXPECT_EQ(run_text(R"(graph(%n : int, %s : str, %t : str):
  %true : bool = prim::Constant[value=1]()
  %a : str, %b : str, %c : str = prim::Loop(%n, %true, %s, %t, %t)
    block0(%i : int, %x : str, %y : str, %z : str):
      -> (%true, %y, %x, %y)
  %r : (str, str, str) = prim::TupleConstruct(%a, %b, %c)
  return (%r)
)",
                       {3, "s", "t"}),
              "('t', 's', 't')");
}

TEST(Interpreter, WhileStopsOnItsCondition) {
    EXPECT_EQ(run_text(R"(graph(%x : int):
  %max : int = prim::Constant[value=9223372036854775807]()
  %two : int = prim::Constant[value=2]()
  %hundred : int = prim::Constant[value=100]()
  %first : bool = aten::lt(%x, %hundred)
  %y : int = prim::Loop(%max, %first, %x)
    block0(%i : int, %a : int):
      %b : int = aten::mul(%a, %two)
      %again : bool = aten::lt(%b, %hundred)
      -> (%again, %b)
  return (%y)
)",
                       {3}),
              "192");
}

TEST(Interpreter, BranchesAndContainers) {
    constexpr std::string_view text = R"(graph(%c : bool, %x : str, %y : str):
  %r : str[] = prim::If(%c)
    block0():
      %l : str[] = prim::ListConstruct(%x, %y)
      -> (%l)
    block1():
      %m : str[] = prim::ListConstruct(%y)
      %n : str[] = aten::append(%m, %x)
      -> (%m)
  %d : Dict(str, str[]) = prim::DictConstruct(%x, %r)
  %t : (Dict(str, str[]), str[]) = prim::TupleConstruct(%d, %r)
  %u : Dict(str, str[]), %v : str[] = prim::TupleUnpack(%t)
  %w : (str[], Dict(str, str[])) = prim::TupleConstruct(%v, %u)
  return (%w)
)";
    EXPECT_EQ(run_text(text, {true, "x", "y"}), "(['x', 'y'], {'x': ['x', 'y']})");
    EXPECT_EQ(run_text(text, {false, "x", "y"}), "(['y', 'x'], {'x': ['y', 'x']})");
}

TEST(Interpreter, ValuesDieAtTheirLastUse) {
    // The first result must be gone when the second is made: the meter has room for two of three.
    const auto f = function_of(R"(graph(%x : Tensor):
  %n : NoneType = prim::Constant()
  %f : bool = prim::Constant[value=0]()
  %a : Tensor = aten::clone(%x, %n)
  %b : Tensor = aten::clone(%a, %n)
  %c : Tensor = aten::clone(%b, %n)
  return (%c)
)");
    if (!Registry::instance().find_overload("aten::clone")) GTEST_SKIP() << "aten::clone is not registered";
    RunOptions options;
    options.max_memory = 2 * 4096 + 2048;
    Tensor x = empty({1024}, DType::float32);
    std::fill_n(x.mutable_data<float>(), 1024, 1.0f);
    EXPECT_NO_THROW(run(*f, {x}, options));
    options.max_memory = 4096 + 1024;
    try {
        run(*f, {x}, options);
        FAIL();
    } catch (const LimitError& error) {
        EXPECT_EQ(error.kind(), LimitError::Kind::memory);
    }
}

TEST(Interpreter, ExceptionsCarryClassMessageAndStack) {
    try {
        run_text(R"(graph(%x : int):
  %m : str = prim::Constant[value="bad value"]()
  %c : str = prim::Constant[value="builtins.ValueError"]()
   = prim::RaiseException(%m, %c) # model.py:7:4
  return (%x)
)",
                 {1});
        FAIL();
    } catch (const ScriptError& error) {
        EXPECT_EQ(error.class_name(), "builtins.ValueError");
        EXPECT_EQ(error.message(), "bad value");
        const std::string what = error.what();
        EXPECT_TRUE(what.starts_with(
            "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript"));
        EXPECT_TRUE(what.ends_with("builtins.ValueError: bad value\n"));
        EXPECT_NE(what.find(", in f\n"), std::string::npos);
    }
}

TEST(Interpreter, OperatorFailuresAreRuntimeErrors) {
    try {
        run_text("graph(%a : int, %b : int):\n  %c : int = aten::floordiv(%a, %b)\n  return (%c)\n", {1, 0});
        FAIL();
    } catch (const ScriptError& error) {
        EXPECT_EQ(error.class_name(), "RuntimeError");
        EXPECT_EQ(error.message(), "division by 0");
    }
}

TEST(Interpreter, StepAndTimeLimitsStopAnyLoop) {
    RunOptions options;
    options.max_steps = 100'000;
    try {
        run_text(kForever, {1}, options);
        FAIL();
    } catch (const LimitError& error) {
        EXPECT_EQ(error.kind(), LimitError::Kind::steps);
    }
    RunOptions timed;
    timed.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    try {
        run_text(kForever, {1}, timed);
        FAIL();
    } catch (const LimitError& error) {
        EXPECT_EQ(error.kind(), LimitError::Kind::time);
    }
    std::atomic<bool> cancel{true};
    RunOptions cancelled;
    cancelled.cancel = &cancel;
    EXPECT_THROW(run_text(kForever, {1}, cancelled), LimitError);
    // A program that fits runs to its end.
    EXPECT_EQ(run_text(kSquares, {1000}, options), "332833500");
}

TEST(Interpreter, RecursionIsBounded) {
    // A function that calls itself cannot be written in TorchScript, but a hostile graph can be made to.
    auto graph = std::make_shared<Graph>();
    Value* x = graph->add_input("x", int_type());
    auto f = make_intrusive<Function>("__torch__.f", Schema(), graph);
    Value* callee = graph->insert_constant(IValue(f));
    Node* call = graph->insert_node(sym::prim_CallFunction, {callee, x});
    call->output()->set_type(int_type());
    graph->register_output(call->output());
    try {
        run(*f, {1});
        FAIL();
    } catch (const LimitError& error) {
        EXPECT_EQ(error.kind(), LimitError::Kind::recursion);
    }
    f->clear();
}

TEST(Interpreter, CallsPassValuesThroughFrames) {
    const auto squares = function_of(kSquares, "squares");
    auto graph = std::make_shared<Graph>();
    Value* n = graph->add_input("n", int_type());
    Value* callee = graph->insert_constant(IValue(squares));
    Value* total = graph->insert_node(sym::prim_CallFunction, {callee, n})->output()->set_type(int_type());
    Value* again = graph->insert_node(sym::prim_CallFunction, {callee, total})->output()->set_type(int_type());
    graph->register_output(again);
    const auto f = make_intrusive<Function>("__torch__.g", Schema(), graph);
    EXPECT_EQ(run(*f, {3}).to_int(), 30);  // squares(squares(3)) = squares(5)
}

// A fork inside a fork inside a loop of forks, all waited for.
constexpr std::string_view kForks = R"(graph(%n : int):
  %true : bool = prim::Constant[value=1]()
  %zero : int = prim::Constant[value=0]()
  %futures : Future[int][] = prim::ListConstruct()
   = prim::Loop(%n, %true)
    block0(%i : int):
      %future : Future(int) = prim::fork_0(%i)
      %futures.1 : Future[int][] = aten::append(%futures, %future)
      -> (%true)
  %total : int = prim::Loop(%n, %true, %zero)
    block0(%k : int, %sum : int):
      %f : Future(int) = aten::__getitem__(%futures, %k)
      %r : int = aten::wait(%f)
      %s : int = aten::add(%sum, %r)
      -> (%true, %s)
  return (%total)
with prim::fork_0 = graph(%a : int):
  %inner : Future(int) = prim::fork_1(%a)
  %b : int = aten::wait(%inner)
  return (%b)
with prim::fork_1 = graph(%c : int):
  %two : int = prim::Constant[value=2]()
  %d : int = aten::mul(%c, %two)
  return (%d)
)";

TEST(Interpreter, NestedForksEnd) {
    for (int threads : {1, 2, 4}) {
        RunOptions options;
        options.threads = threads;
        EXPECT_EQ(run_text(kForks, {100}, options), "9900");
    }
}

TEST(Interpreter, EightThreadsShareOneFunction) {
    const auto f = function_of(kSquares);
    const auto forks = function_of(kForks);
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < 20; ++k)
                right += run(*f, {1000}).to_int() == 332833500 && run(*forks, {10}).to_int() == 90;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(right, 160);
}

TEST(Interpreter, PrintGoesWhereTheCallerWants) {
    std::string printed;
    RunOptions options;
    options.output.print = [&](std::string_view text) { printed += text; };
    run_text("graph(%x : int, %s : str):\n   = prim::Print(%x, %s)\n  return (%x)\n", {3, "abc"}, options);
    EXPECT_EQ(printed, "3 abc\n");
}

TEST(Interpreter, ListsFromTensors) {
    Tensor t = empty({2, 2}, DType::int64);
    for (int i = 0; i < 4; ++i) t.mutable_data<int64_t>()[i] = i;
    const std::string text =
        "graph(%t : Tensor):\n  %d : int = prim::Constant[value=2]()\n  %k : int = prim::Constant[value=0]()\n"
        "  %l : int[][] = prim::tolist(%t, %d, %k)\n  return (%l)\n";
    EXPECT_EQ(run_text(text, {t}), "[[0, 1], [2, 3]]");
}

TEST(Plan, DisassemblesWithLastUses) {
    const auto f = function_of(R"(graph(%x : str, %y : str):
  %a : str = aten::add(%x, %y)
  %b : str = aten::add(%a, %a)
  return (%b)
)");
    EXPECT_EQ(plan_of(*f).disassemble(),
              "f: 2 inputs, 4 registers\n"
              "   0 StrConcat r2 r0! r1!\n"
              "   1 StrConcat r3 r2 r2!\n"
              "   2 Return r0 r3!\n");
}

TEST(BindArguments, ANumberStandsForAListOfItsLength) {
    const Schema schema = parse_schema("forward(int[2]? sizes) -> Tensor");
    EXPECT_EQ(bind_arguments(schema, {3})[0].to_int_vector(), (std::vector<int64_t>{3, 3}));
    EXPECT_EQ(bind_arguments(schema, {std::vector<int64_t>{4, 5}})[0].to_int_vector(), (std::vector<int64_t>{4, 5}));
    EXPECT_TRUE(bind_arguments(schema, {IValue()})[0].is_none());
    EXPECT_THROW(bind_arguments(schema, {1.5}), OpError);
}

TEST(BindArguments, CompletesAndChecks) {
    const Schema schema = parse_schema("forward(Tensor x, int n=3, *, str mode=\"a\") -> Tensor");
    const Tensor x = empty({1}, DType::float32);
    EXPECT_EQ(bind_arguments(schema, {x}).size(), 3u);
    EXPECT_EQ(bind_arguments(schema, {x}, {{"mode", "b"}})[2].to_string(), "b");
    EXPECT_THROW(bind_arguments(schema, {}), OpError);
    EXPECT_THROW(bind_arguments(schema, {x}, {{"nope", 1}}), OpError);
    try {
        bind_arguments(schema, {x, "s"});
        FAIL();
    } catch (const OpError& error) {
        EXPECT_TRUE(std::string(error.what())
                        .starts_with(
                            "forward() Expected a value of type 'int' for argument 'n' but instead found type 'str'."));
    }
}

}  // namespace
}  // namespace wick::jit
