// Programs from text through the public API.

#include <gtest/gtest.h>

#include <wick/types/rref.h>
#include <wick/wick.h>

#include "api/fixtures.h"

namespace wick::jit {
namespace {

/// What a text prints; an exception of the program's ends it.
std::string printed(const std::string& text) {
    std::string out;
    RunOptions options;
    options.output.print = [&](std::string_view line) { out += line; };
    try {
        Program(options).run(text);
    } catch (const Error& error) {
        out += std::string("! ") + error.what();
    }
    return out;
}

std::string data(const std::string& name) { return testing::read_text(WICK_TEST_DATA "/programs/" + name); }

TEST(Program, SeedsFirstProgramPrintsTen) { EXPECT_EQ(printed(data("fancy.py")), "10\n"); }

TEST(Program, FunctionWithoutAnnotationsIsCompiledForEachCombinationOfTypes) {
    Program program = compile("def add(a, b):\n    return a + b\n");
    EXPECT_EQ(program.run_method("add", 1, 2).to_int(), 3);
    EXPECT_EQ(program.run_method("add", 0.5, 0.25).to_double(), 0.75);
    EXPECT_EQ(program.run_method("add", "a", "b").to_string(), "ab");
}

TEST(Program, GlobalsOfTheProgramHaveValuesButFunctionsHaveNone) {
    Program program = compile("sizes = [2, 3]\ndef f(x: int):\n    return x\n");
    EXPECT_EQ(program.repr(program.get("sizes")), "[2, 3]");
    EXPECT_THROW(program.get("f"), OpError);
    EXPECT_THROW(program.get("no_such_name"), OpError);
}

TEST(Program, FunctionMayCallItselfWhereItsResultIsKnown) {
    EXPECT_EQ(
        printed("def fib(n):\n    if n < 2:\n        return n\n    return fib(n - 1) + fib(n - 2)\nprint(fib(20))\n"),
        "6765\n");
    EXPECT_EQ(printed("def f(n: int) -> int:\n    return f(n - 1) + 1 if n > 0 else 0\nprint(f(5))\n"), "5\n");
}

TEST(Program, PythonsLibraryIsMissedWhereItIsUsed) {
    const std::string text = "import os, sys\nfrom itertools import product\nprint(1)\n";
    EXPECT_EQ(printed(text), "1\n");
    for (const std::string use : {"os.path.join('a', 'b')", "product([1], [2])"})
        EXPECT_NE(printed(text + use + "\n").find("is of Python's library, which is not here"), std::string::npos)
            << use;
}

TEST(Program, ReferencesAreToObjectsOfTheProcess) {
    Program program = compile(
        "from torch.distributed.rpc import RRef\ndef use(x: RRef[str]) -> str:\n"
        "    return x.to_here() + x.local_value() + x.owner_name() + str(x.is_owner()) + str(x)\n");
    const auto reference = [](const IValue& value) { return IValue::capsule(make_intrusive<RRefObject>(value, "me")); };
    EXPECT_EQ(program.run_method("use", reference("a")).to_string(), "aameTrueRRef");
    EXPECT_THROW(program.run_method("use", reference(3)), Error);
    const std::string text =
        "import torch.distributed.rpc as rpc\nrpc.init_rpc('me', rank=0, world_size=1)\nr = rpc.RRef([1, 2])\n"
        "r.to_here().append(3)\nprint(r.local_value(), r.owner_name(), r.confirmed_by_owner())\nrpc.shutdown()\n";
    EXPECT_EQ(printed(text), "[1, 2, 3] me True\n");
    EXPECT_NE(printed(text + "rpc.RRef(1)\n").find("Current RPC agent is not set!"), std::string::npos);
}

TEST(Program, ListsArePassedByReference) {
    EXPECT_EQ(printed("from typing import List\ndef push(xs: List[int], x: int):\n    xs.append(x)\nxs = []\npush(xs, "
                      "3)\nprint(xs)\n"),
              "[3]\n");
}

TEST(Program, ADeletedDefaultOfADataclassIsNone) {
    EXPECT_EQ(
        printed("from dataclasses import dataclass\n@dataclass\nclass A:\n    y: int = 2\n    x: int = 1\n    del y\n"
                "a = A(5)\nprint(a.y, a.x)\n"),
        "5 1\n");
}

TEST(Program, NumbersAtTopLevelArePythons) {
    EXPECT_EQ(printed("print(2 ** 10, (-3) ** 3, 2 ** -1, 2.0 ** 2, 3 ** 41 == 3 ** 40 * 3)\n"),
              "1024 -27 0.5 4.0 True\n");
    EXPECT_EQ(printed("print(6.0 // 0.1, -7.5 // 2, 7 // -2.0, 0.0 // -3.0, 1 // 4.0)\n"), "59.0 -4.0 -4.0 -0.0 0.0\n");
    EXPECT_EQ(printed("print(round(2.5), round(3.5), round(-0.2), round(7), round(2.675, 2), round(0.125, 2), "
                      "round(1234, -2), round(15.0, -1))\n"),
              "2 4 0 7 2.67 0.12 1200 20.0\n");
}

TEST(Program, EmptyListTakesTheTypeOfTheAttribute) {
    EXPECT_EQ(printed("class Box:\n    def __init__(self):\n        self.xs = [1]\n    def push(self, x: int):\n       "
                      " self.xs.append(x)\n"
                      "box, xs = Box(), []\nbox.xs = xs\nbox.push(3)\nprint(xs)\n"),
              "[3]\n");
}

TEST(Program, IntGivenToViewIsASize) {
    EXPECT_EQ(printed("import torch\ndef f(x):\n    return x.view(6), x.view(dtype=torch.int32)\n"
                      "x = torch.zeros(2, 3)\nprint(x.view(6).shape, f(x)[0].shape, f(x)[1].dtype == torch.int32)\n"),
              "torch.Size([6]) torch.Size([6]) True\n");
}

TEST(Program, ConstantThatChangesIsReadAgain) {
    EXPECT_EQ(printed("N = 3\ndef f(x):\n    return x * N\nprint(f(2))\nN = 4\nprint(f(2))\n"), "6\n8\n");
}

TEST(Program, ExceptionIsATracebackOfTheUsersLines) {
    try {
        Program().run("def f(xs):\n    return xs[5]\n\nf([1])\n", "prog.py");
        FAIL();
    } catch (const ScriptError& error) {
        const std::string what = error.what();
        EXPECT_TRUE(what.starts_with(
            "Traceback (most recent call last):\n  File \"prog.py\", line 4, in <module>\n    f([1])\n"))
            << what;
        EXPECT_NE(what.find("File \"prog.py\", line 2, in f\n"), std::string::npos) << what;
        EXPECT_TRUE(what.ends_with("list index out of range\n")) << what;
    }
}

TEST(Program, CompileErrorShowsTheCallsBeingCompiled) {
    try {
        Program().run("def g(x):\n    return x.foo()\ndef f(x):\n    return g(x)\nf(1)\n", "prog.py");
        FAIL();
    } catch (const CompileError& error) {
        EXPECT_TRUE(std::string(error.what())
                        .starts_with("prog.py:2:12: error: 'int' object has no attribute or method 'foo'."))
            << error.what();
        EXPECT_NE(std::string(error.what()).find("'g' is being compiled since it was called from 'f'"),
                  std::string::npos)
            << error.what();
    }
}

TEST(Program, ModuleIsBuiltCompiledSavedAndLoaded) {
    Program program;
    program.run(data("net.py"));
    const Module net = program.script("net");
    EXPECT_EQ(net.type_name(), "__torch__.Net");
    EXPECT_EQ(net.named_parameters().size(), 3u);
    Tensor x = scalar_tensor(2.0, DType::float32);
    const Tensor y = net.forward({x}).to_tensor();
    const std::string archive = net.save_to_memory();
    const Module loaded = load(archive.data(), archive.size());
    const Tensor z = loaded.forward({x}).to_tensor();
    ASSERT_EQ(y.numel(), 3);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(y.data<float>()[i], z.data<float>()[i]);
    // weight = (0, 0.5, 1): ((2w + 1) w + 1) w
    EXPECT_EQ(y.data<float>()[1], 1.0f);
    EXPECT_EQ(y.data<float>()[2], 4.0f);
    EXPECT_EQ(loaded.attr("layers").to_object().slot_count(), 4u);
}

TEST(Program, EqualModulesShareAClass) {
    Program program;
    program.run(data("net.py"));
    const Module net = program.script("net");
    std::vector<std::string> names;
    for (const auto& [name, module] : net.named_modules()) names.push_back(module.type_name());
    EXPECT_EQ(names, (std::vector<std::string>{"__torch__.Net", "__torch__.torch.nn.modules.container.ModuleList",
                                               "__torch__.Scale", "__torch__.Scale",
                                               "__torch__.torch.nn.modules.container.Sequential", "__torch__.Scale"}));
}

TEST(Program, FunctionIsExportedAsTheForwardOfAModule) {
    Program program = compile("def f(x, n: int = 2):\n    return x * n\n");
    const Module module = program.script("f");
    EXPECT_EQ(module.get_method("forward").code(),
              "def forward(self,\n    x: Tensor,\n    n: int=2) -> Tensor:\n  return torch.mul(x, n)\n");
}

TEST(Program, DefaultEntryIsTheModuleAssignedLast) {
    Program program;
    program.run(data("net.py"));
    EXPECT_EQ(program.default_entry(), "net");
    EXPECT_EQ(compile("def f():\n    pass\ndef g():\n    pass\n").default_entry(), "g");
}

TEST(Program, CheckFindsEveryMistake) {
    const std::vector<std::string> errors = Program().check(data("mistakes.py"), "mistakes.py");
    ASSERT_EQ(errors.size(), 2u);
    EXPECT_TRUE(errors[0].starts_with("mistakes.py:5:12: error: 'int' object has no attribute or method 'upper'."))
        << errors[0];
    EXPECT_TRUE(errors[1].starts_with("mistakes.py:13:12: error: 'Tensor' object has no attribute or method 'foo'."))
        << errors[1];
}

TEST(Program, NamesAreKnownForCompletion) {
    Program program;
    program.run("import torch\nvalue = 3\n");
    const std::vector<std::string> names = program.names();
    EXPECT_TRUE(std::ranges::find(names, "value") != names.end());
    EXPECT_TRUE(std::ranges::find(names, "print") != names.end());
    const std::vector<std::string> members = program.names("torch");
    EXPECT_TRUE(std::ranges::find(members, "relu") != members.end());
}

TEST(Program, LimitsHoldForCalls) {
    RunOptions options;
    options.max_steps = 10'000;
    EXPECT_THROW(Program(options).run("def f():\n    n = 0\n    while True:\n        n += 1\nf()\n"), LimitError);
    EXPECT_THROW(Program(options).run("while True:\n    pass\n"), LimitError);
    EXPECT_THROW(Program(options).run("xs = [i for i in range(100000)]\n"), LimitError);
    options.max_memory = 1 << 20;
    EXPECT_THROW(Program(options).run("xs = [1]\nwhile True:\n    xs = xs + xs\n"), LimitError);
    EXPECT_THROW(Program(options).run("xs = [1]\nwhile True:\n    xs += xs\n"), LimitError);
    EXPECT_THROW(Program(options).run("s = 'x'\nwhile True:\n    s += s\n"), LimitError);
    EXPECT_THROW(Program(options).run("import torch\nxs = []\nwhile True:\n    xs.append(torch.zeros(1000))\n"),
                 LimitError);
    EXPECT_THROW(Program(options).run("xs = list(range(10 ** 9))\n"), LimitError);
    EXPECT_THROW(Program(options).run("s = 'x' * 10 ** 9\n"), LimitError);
}

TEST(Program, ContainersMayContainThemselves) {
    EXPECT_EQ(
        printed("x = [1]\nx.append(x)\nd = {}\nd['d'] = (d, 2)\nprint(x, d, x == x, len(x))\nx.clear()\nd.clear()\n"),
        "[1, [...]] {'d': ({...}, 2)} True 2\n");
    // Shared items are looked at once.
    EXPECT_EQ(printed("x = [1]\nfor i in range(40):\n    x = [x, x]\ndef f(t):\n    return len(t)\nprint(f(x))\n"),
              "2\n");
}

TEST(Program, ContainersThatAreTooDeepRaise) {
    const auto raises = [](const std::string& text, const std::string& statement) {
        Program program;
        program.run("def f(t):\n    return t\ny = []\n" + text);
        try {
            program.run(statement);
            ADD_FAILURE() << statement;
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find("RecursionError"), std::string::npos) << error.what();
        }
        program.run("y.clear()\nif isinstance(x, list):\n    x.clear()\n");
    };
    const std::string deep = "x = []\nfor i in range(20000):\n    x = ";
    raises(deep + "[x]\n", "str(x)");
    raises(deep + "(x,)\n", "f(x)");
    raises(deep + "{1: x}\n", "x == {1: {1: x}}");
    raises("x = []\nx.append(x)\ny.append(y)\n", "x == y");
}

TEST(Program, MemberOfAnEnumPrintsItsName) {
    EXPECT_EQ(printed("from enum import Enum\nclass Color(Enum):\n    RED = 1\nprint(Color.RED, [Color.RED])\n"),
              "Color.RED [<Color.RED: 1>]\n");
}

TEST(Program, WhatNoMachineCouldHoldIsAMemoryError) {
    for (const char* text : {"'ab' * 10 ** 18", "[0, 1] * 10 ** 18", "list(range(10 ** 18))"}) {
        try {
            Program().run(text);
            ADD_FAILURE() << text;
        } catch (const ScriptError& error) {
            EXPECT_EQ(error.class_name(), "MemoryError") << text;
        }
    }
    EXPECT_EQ(Program().run("len(range(-9223372036854775807, 9223372036854775807, 4611686018427387904))").to_int(), 4);
}

TEST(Program, WhatIsNotThereIsSaid) {
    EXPECT_EQ(printed("import numpy\n"),
              "! Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\n    import numpy\n"
              "ModuleNotFoundError: No module named 'numpy'\n");
    EXPECT_EQ(printed("print(x)\n"),
              "! Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\n    print(x)\n"
              "NameError: name 'x' is not defined\n");
}

}  // namespace
}  // namespace wick::jit
