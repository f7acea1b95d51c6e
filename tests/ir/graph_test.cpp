#include "ir/graph.h"

#include <gtest/gtest.h>

#include <wick/support/error.h>

namespace wick::jit {
namespace {

TEST(Graph, ATakenNameRenamesItsHolder) {
    Graph graph;
    Value* first = graph.add_input("x.1");
    Value* second = graph.add_input("x.1");
    EXPECT_EQ(second->name, "x.1");
    EXPECT_EQ(first->name, "x.2");
    Value* third = graph.add_input("x");
    EXPECT_EQ(graph.add_input("x")->name, "x");
    EXPECT_EQ(third->name, "x.4");
    EXPECT_EQ(third->name_base(), "x");
}

TEST(Graph, UsesFollowEveryEdit) {
    Graph graph;
    Value* a = graph.add_input("a");
    Value* b = graph.add_input("b");
    Node* node = graph.insert_node(Symbol::from("prim::ListConstruct"), {a, b, a});
    node->output()->set_type(list_type(tensor_type()));
    graph.register_output(node->output());
    node->remove_input(0);
    node->insert_input(0, b);
    node->replace_input(1, a);
    graph.verify();
    EXPECT_EQ(node->inputs, (std::vector<Value*>{b, a, a}));
    a->replace_all_uses_with(b);
    graph.verify();
    EXPECT_TRUE(a->uses.empty());
}

TEST(Graph, AWrongNodeIsShownAsItIs) {
    Graph graph;
    Node* node = graph.insert_node(Symbol::from("prim::TupleConstruct"), {graph.add_input("a")});
    node->output()->set_type(int_type());
    EXPECT_NE(node->str().find(": int = prim::TupleConstruct(%a)"), std::string::npos) << node->str();
    EXPECT_THROW(graph.verify(), Error);
}

TEST(Graph, OrderOfNodesAcrossBlocks) {
    Graph graph;
    Value* condition = graph.add_input("c", bool_type());
    Node* branch = graph.insert_node(sym::prim_If, {condition}, 0);
    Block* then = branch->add_block();
    branch->add_block();
    Node* inner = graph.create(sym::prim_Constant);
    then->append(inner);
    Node* after = graph.insert_node(sym::prim_Constant, {});
    for (int i = 0; i < 100; ++i) graph.create(sym::prim_Constant)->insert_after(branch);
    EXPECT_TRUE(branch->is_before(after));
    EXPECT_TRUE(inner->is_before(after));
    EXPECT_FALSE(after->is_before(inner));
    EXPECT_FALSE(inner->is_before(branch));
    branch->destroy();
    EXPECT_EQ(graph.block()->param_node->next->prev, graph.block()->param_node);
}

const char* const kLoop = R"(graph(%self.1 : __torch__.M,
      %x.1 : Tensor,
      %p : NamedTuple(x : Tensor, n : int = 3)?):
  %3 : int = prim::Constant[value=3]() # dir/net.py:12:8
  %4 : bool = prim::Constant[value=1]()
  %5 : float = prim::Constant[value=1.0000000000000001e-05]()
  %6 : str = prim::Constant[value="a\"b\n\001"]()
  %7 : int[] = prim::Constant[value=[1, 2]]()
  %8 : NoneType = prim::Constant()
  %9 : Tensor = prim::Constant[value={0.5}]()
  %w.1 : Tensor = prim::GetAttr[name="weight"](%self.1)
  %y : Tensor = prim::Loop(%3, %4, %x.1) # dir/net.py:13:4
    block0(%i : int, %z.1 : Tensor):
      %z : Tensor = prim::If(%4)
        block0():
          -> (%z.1)
        block1():
          -> (%x.1)
      -> (%4, %z)
  %12 : bool = prim::isinstance[types=[int, Dict(str, Tensor)]](%x.1)
  %f : Future[Tensor] = prim::fork_0(%y, %w.1)
   = prim::SetAttr[name="state"](%self.1, %y)
  return (%y)
with prim::fork_0 = graph(%1 : Tensor,
      %2 : Tensor):
  return (%2)
)";

TEST(GraphText, RoundTrip) {
    auto graph = parse_graph(kLoop);
    EXPECT_EQ(graph->str(), kLoop);
    EXPECT_EQ(graph->copy()->str().size(), graph->copy()->copy()->str().size());
}

TEST(GraphText, MistakesAreCompileErrors) {
    for (const char* text : {
             "",
             "graph(",
             "graph(%x : Tensor):\n",
             "graph(%x : Tensor):\n return (%y)\n",
             "graph(%x : Nothing):\n return ()\n",
             "graph(%x : Tensor,\n %x : int):\n return ()\n",
             "graph():\n %1 : int = prim::Constant[value=\"a\"]()\n return ()\n",
             "graph():\n %1 : Tensor = prim::Constant[value=<Tensor>]()\n return ()\n",
             "graph():\n return ()\nmore",
             "graph(%c : int):\n  = prim::If(%c)\n block0():\n -> ()\n block1():\n -> ()\n return ()\n",
             "graph():\n %1 : int[] = prim::Constant[value=[1, ]()\n return ()\n",
             "graph():\n %1 : int = prim::Constant[value=99999999999999999999]()\n return ()\n",
         }) {
        EXPECT_THROW(parse_graph(text), CompileError) << text;
    }
}

TEST(GraphText, SmallTensorsAreShown) {
    const auto text = [](std::vector<double> values, std::vector<int64_t> sizes, DType dtype) {
        Tensor tensor = empty(sizes, dtype);
        for (size_t i = 0; i < values.size(); ++i) {
            dispatch_dtype(dtype, [&]<class T>() { tensor.mutable_data<T>()[i] = Scalar(values[i]).to<T>(); });
        }
        Graph graph;
        const std::string line = graph.insert_constant(IValue(tensor))->node->str();
        return line.substr(line.find("value=") + 6, line.rfind("]()") - line.find("value=") - 6);
    };
    EXPECT_EQ(text({1, 2, 3}, {3}, DType::int64), " 1  2  3 [ CPULongType{3} ]");
    EXPECT_EQ(text({1.5, 2, 3e5}, {3}, DType::float32), " 1.5000e+00  2.0000e+00  3.0000e+05 [ CPUFloatType{3} ]");
    EXPECT_EQ(text({1, 2, 3, 4}, {2, 2}, DType::float32), " 1  2  3  4 [ CPUFloatType{2,2} ]");
    EXPECT_EQ(text({0, 0, 0, 0}, {2, 1, 2}, DType::float32),
              "(1,.,.) =   0  0  (2,.,.) =   0  0 [ CPUFloatType{2,1,2} ]");
    EXPECT_EQ(text({0.1, 200}, {2}, DType::float32), "   0.1000  200.0000 [ CPUFloatType{2} ]");
    EXPECT_EQ(text({0.1}, {}, DType::float32), "{0.1}");
    EXPECT_EQ(text({}, {0}, DType::float32), "[ CPUFloatType{0} ]");
}

}  // namespace
}  // namespace wick::jit
