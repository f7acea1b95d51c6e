#include "frontend/source_importer.h"

#include <gtest/gtest.h>
#include <map>

#include <wick/support/error.h>

#include "ir/graph.h"

namespace wick::jit {
namespace {

using Sources = std::map<std::string, std::string>;

class Program {
 public:
    explicit Program(Sources sources)
        : sources_(std::move(sources)),
          importer(
              unit, {}, [this](const std::string& name) { return read(name); }, 10) {}

    std::string error_of(const std::string& function) {
        try {
            importer.resolve_function(function)->ensure_defined();
        } catch (const CompileError& error) {
            return error.sentence();
        }
        return "";
    }

 private:
    std::shared_ptr<const Source> read(const std::string& name) const {
        const auto found = sources_.find(name);
        return found == sources_.end() ? nullptr : std::make_shared<Source>(found->second, name + ".py");
    }
    Sources sources_;

 public:
    const std::shared_ptr<CompilationUnit> unit = std::make_shared<CompilationUnit>();
    SourceImporter importer;
};

TEST(SourceImporter, ClassesMayNameThemselvesAndEachOther) {
    Program program(Sources{{"__torch__",
                             "class P:\n"
                             "  next : Optional[__torch__.P]\n"
                             "  owner : Optional[__torch__.Q]\n"
                             "class Q:\n"
                             "  parts : List[__torch__.P]\n"
                             "class Broken:\n"
                             "  next : Optional[__torch__.Broken]\n"
                             "  other : __torch__.Nowhere\n"}});
    const TypePtr p = program.importer.resolve_type("__torch__.P"), q = program.importer.resolve_type("__torch__.Q");
    ASSERT_TRUE(p && q);
    EXPECT_TRUE(p->expect<ClassType>().attributes()[0].type->equals(*optional_type(p)));
    EXPECT_TRUE(q->expect<ClassType>().attributes()[0].type->equals(*list_type(p)));
    EXPECT_THROW(program.importer.resolve_type("__torch__.Broken"), CompileError);
    EXPECT_FALSE(program.unit->find_type("__torch__.Broken"));
}

TEST(SourceImporter, ImportsClassesOnDemand) {
    Program program(Sources{{"__torch__.nets",
                             "op_version_set = 1\n"
                             "class M(Module):\n"
                             "  __parameters__ = [\"weight\", ]\n"
                             "  __buffers__ = [\"mean\", ]\n"
                             "  __annotations__ = []\n"
                             "  __annotations__[\"0\"] = __torch__.nets.inner.N\n"
                             "  weight : Tensor\n"
                             "  mean : Tensor\n"
                             "  training : bool\n"
                             "  eps : Final[float] = 1.0000000000000001e-05\n"
                             "  def forward(self: __torch__.nets.M,\n    n: int=3) -> int:\n"
                             "    _0 = getattr(self, \"0\")\n"
                             "    return (_0).twice(n, )\n"},
                            {"__torch__.nets.inner",
                             "class N:\n"
                             "  k : int\n"
                             "  def twice(self: __torch__.nets.inner.N,\n    n: int) -> int:\n"
                             "    k = self.k\n"
                             "    return torch.add(torch.mul(n, 2), k)\n"}});
    const TypePtr type = program.importer.resolve_type("__torch__.nets.M");
    ASSERT_TRUE(type);
    const auto& module = type->expect<ClassType>();
    EXPECT_TRUE(module.is_module());
    ASSERT_EQ(module.attributes().size(), 4u);
    EXPECT_TRUE(module.attributes()[0].name == "weight" ? module.attributes()[0].is_parameter : true);
    EXPECT_EQ(module.find_constant("eps")->to_double(), 1e-5);
    EXPECT_EQ(module.find_method("forward")->schema().arguments[1].default_value->to_int(), 3);
    program.unit->define_all();
    EXPECT_EQ(module.find_method("forward")->graph()->str(false),
              "graph(%self.1 : __torch__.nets.M,\n"
              "      %n.1 : int):\n"
              "  %_0 : __torch__.nets.inner.N = prim::GetAttr[name=\"0\"](%self.1)\n"
              "  %6 : int = prim::CallMethod[name=\"twice\"](%_0, %n.1)\n"
              "  return (%6)\n");
    EXPECT_FALSE(program.importer.resolve_type("__torch__.nets.Missing"));
    EXPECT_EQ(program.importer.parse_type("Dict[str, __torch__.nets.M]")->str(), "Dict(str, __torch__.nets.M)");
}

TEST(SourceImporter, ImportsTuplesEnumsAndInterfaces) {
    Program program(Sources{{"__torch__.t",
                             "class P(NamedTuple):\n  x : int\n  y : float = 2.\n"
                             "class E(Enum):\n  A = \"a\"\n  B = \"b\"\n"
                             "class I(ModuleInterface):\n  def forward(self, x: Tensor) -> Tensor:\n    pass\n"}});
    const TypePtr tuple = program.importer.resolve_type("__torch__.t.P");
    EXPECT_EQ(tuple->expect<TupleType>().field_names(), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(tuple->expect<TupleType>().field_defaults().size(), 1u);
    EXPECT_EQ(program.importer.resolve_type("__torch__.t.E")->expect<EnumType>().members().size(), 2u);
    EXPECT_TRUE(program.importer.resolve_type("__torch__.t.I")->expect<InterfaceType>().find_method("forward"));
}

size_t count(const std::string& text, std::string_view part) {
    size_t found = 0;
    for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

TEST(SourceImporter, EmitsTheCalleeOfAConditionTwice) {
    Program program(Sources{{"__torch__",
                             "class C:\n"
                             "  n : int\n"
                             "  def me(self: __torch__.C) -> __torch__.C:\n    return self\n"
                             "  def is_big(self: __torch__.C) -> bool:\n    return torch.gt(self.n, 9)\n"
                             "def f(c: __torch__.C) -> int:\n"
                             "  if ((c).me()).is_big():\n    x = 1\n  else:\n    x = 2\n"
                             "  return x\n"}});
    Function* function = program.importer.resolve_function("__torch__.f");
    function->ensure_defined();
    const std::string graph = function->graph()->str(false);
    EXPECT_EQ(count(graph, "name=\"me\""), 2u) << graph;
    EXPECT_EQ(count(graph, "name=\"is_big\""), 1u) << graph;
}

TEST(SourceImporter, ContainersAreOfTheUnionThatIsExpected) {
    Program program(Sources{{"__torch__",
                             "def f(c: bool) -> Union[List[int], int, str]:\n"
                             "  if c:\n"
                             "    x : Union[List[int], int, str] = \"s\"\n"
                             "  else:\n"
                             "    x0 : Union[List[int], int] = [1]\n"
                             "    x = x0\n"
                             "  return x\n"}});
    Function* function = program.importer.resolve_function("__torch__.f");
    function->ensure_defined();
    EXPECT_EQ(function->graph()->str(false),
              "graph(%c.1 : bool):\n"
              "  %x.1 : str = prim::Constant[value=\"s\"]()\n"
              "  %4 : int = prim::Constant[value=1]()\n"
              "  %x : Union(int[], int, str) = prim::If(%c.1)\n"
              "    block0():\n"
              "      -> (%x.1)\n"
              "    block1():\n"
              "      %5 : int[] = prim::ListConstruct(%4)\n"
              "      %x0.1 : Union(int[], int) = prim::unchecked_cast(%5)\n"
              "      -> (%x0.1)\n"
              "  return (%x)\n");
}

TEST(SourceImporter, RefinesNumbers) {
    Program program(Sources{{"__torch__",
                             "def f(n: number) -> str:\n"
                             "  if isinstance(n, float):\n    s = str(n)\n  else:\n    s = str(n)\n"
                             "  return s\n"}});
    Function* function = program.importer.resolve_function("__torch__.f");
    function->ensure_defined();
    EXPECT_EQ(function->graph()->str(false),
              "graph(%n.1 : Scalar):\n"
              "  %2 : bool = prim::isinstance[types=[float]](%n.1)\n"
              "  %s : str = prim::If(%2)\n"
              "    block0():\n"
              "      %n.7 : float = prim::unchecked_cast(%n.1)\n"
              "      %s.1 : str = aten::str(%n.7)\n"
              "      -> (%s.1)\n"
              "    block1():\n"
              "      %n.15 : Union(complex, int) = prim::unchecked_cast(%n.1)\n"
              "      %s.3 : str = aten::str(%n.15)\n"
              "      -> (%s.3)\n"
              "  return (%s)\n");
}

TEST(SourceImporter, ListsOperatorsWithoutCompiling) {
    Program program(Sources{
        {"__torch__.f", "def f(x: int) -> int:\n  y = torch.add(x, ops.mine.twice(x))\n  return torch.nothing(y)\n"}});
    program.importer.resolve_function("__torch__.f.f");
    const std::vector<OperatorUse> uses = program.importer.operator_uses();
    ASSERT_EQ(uses.size(), 3u);
    EXPECT_EQ(uses[0].name, "aten::add");
    EXPECT_EQ(uses[1].name, "mine::twice");
    EXPECT_FALSE(uses[1].known);
    EXPECT_EQ(uses[2].range.location(), "__torch__.f.py:3:16");
}

TEST(SourceImporter, NothingStaysOfATextThatIsRefused) {
    Program program(Sources{{"__torch__.f", "def f(x: int) -> int:\n  return x\ndef f(x: int) -> int:\n  return x\n"}});
    EXPECT_THROW(program.importer.resolve_function("__torch__.f.f"), CompileError);
    EXPECT_EQ(program.importer.resolve_function("__torch__.f.f"), nullptr);
}

TEST(SourceImporter, RefusesWhatDoesNotCompile) {
    Program program(Sources{{"__torch__.e",
                             "def undefined(x: int) -> int:\n  return y\n"
                             "def wrong(x: int) -> str:\n  return x\n"
                             "def unknown(x: int) -> int:\n  return torch.no_such_operator_at_all(x)\n"
                             "def constant() -> Tensor:\n  return CONSTANTS.c7\n"
                             "def outside() -> int:\n  break\n  return 1\n"}});
    EXPECT_EQ(program.error_of("__torch__.e.undefined"), "undefined value y");
    EXPECT_EQ(program.error_of("__torch__.e.wrong"),
              "Return value was annotated as having type str but is actually of type int");
    EXPECT_TRUE(
        program.error_of("__torch__.e.unknown").starts_with("Unknown builtin op: aten::no_such_operator_at_all.\n"));
    EXPECT_EQ(program.error_of("__torch__.e.constant"),
              "constant index 7 is out of bounds (constant table has 0 entries)");
    EXPECT_EQ(program.error_of("__torch__.e.outside"), "SyntaxError: 'break' outside loop");
}

TEST(SourceImporter, BoundsChainsOfClasses) {
    std::string text;
    for (int i = 0; i < 5000; ++i)
        text += "class C" + std::to_string(i) + ":\n  a : __torch__.c.C" + std::to_string(i + 1) + "\n";
    Program program(Sources{{"__torch__.c", text}});
    EXPECT_THROW(program.importer.resolve_type("__torch__.c.C0"), CompileError);
}

}  // namespace
}  // namespace wick::jit
