#include "trace/tracer.h"

#include <gtest/gtest.h>

#include "archive/source_export.h"
#include "ops/tensor_ops.h"
#include "runtime/interpreter.h"

namespace wick::jit {
namespace {

Tensor call(std::string_view op, std::vector<IValue> arguments) {
    return call_operator(op, std::move(arguments)).to_tensor();
}

Tensor vector_of(float value) { return call("aten::full", {IValue(std::vector<int64_t>{3}), IValue(double(value))}); }

TEST(Tracer, RecordsCallsOfOperators) {
    Tracer tracer(std::make_shared<CompilationUnit>());
    const Tensor x = vector_of(1), other = vector_of(2);
    tracer.begin("__torch__.f", Tracer::kNoModule, {"x"}, {IValue(x)});
    const Tensor sum = call("aten::add.Tensor", {x, other});
    call("aten::neg", {x});  // nobody uses it
    const Tensor y = call("aten::mul_.Scalar", {sum, IValue(int64_t{3})});
    const IntrusivePtr<Function> f = tracer.finish(tracer.value_of(IValue(y)));
    EXPECT_FALSE(is_tracing());
    EXPECT_EQ(function_source(*f).code,
              "def f(x: Tensor) -> Tensor:\n  _0 = torch.mul_(torch.add(x, CONSTANTS.c0), 3)\n  return _0\n");
    const Tensor again = run(*f, {IValue(vector_of(4))}).to_tensor();
    EXPECT_EQ(call("aten::select.int", {again, int64_t{0}, int64_t{0}}).item().to_double(), 18);
}

TEST(Tracer, GraphsTellWhatWasSeenAndWhere) {
    Tracer tracer(std::make_shared<CompilationUnit>());
    const auto source = std::make_shared<Source>("y = x.sum(), x", "program.py");
    tracer.set_places([&] { return SourceRange(source, 4, 11); });
    const Tensor x = call("aten::full", {IValue(std::vector<int64_t>{1, 3}), IValue(1.0)});
    tracer.begin("f", Tracer::kNoModule, {"x"}, {IValue(x)});
    const Tensor y = call("aten::sum.dim_IntList", {x, IValue(std::vector<int64_t>{1})});
    const IntrusivePtr<Function> f = tracer.finish(tracer.value_of(IValue(make_tuple({IValue(y), IValue(x)}))));
    const std::string text = f->graph()->str();
    EXPECT_EQ(
        text,
        "graph(%x : Float(1, 3, strides=[3, 1], requires_grad=0, device=cpu)):\n"
        "  %1 : int = prim::Constant[value=1]() # program.py:1:4\n"
        "  %2 : int[] = prim::ListConstruct(%1)\n"
        "  %3 : bool = prim::Constant[value=0]() # program.py:1:4\n"
        "  %4 : NoneType = prim::Constant()\n"
        "  %5 : Float(1, strides=[1], requires_grad=0, device=cpu) = aten::sum(%x, %2, %3, %4) # program.py:1:4\n"
        "  %6 : (Float(1, strides=[1], requires_grad=0, device=cpu), Float(1, 3, strides=[3, 1], requires_grad=0, "
        "device=cpu)) = prim::TupleConstruct(%5, %x)\n"
        "  return (%6)\n");
    EXPECT_EQ(parse_graph(text)->str(), text);
    EXPECT_EQ(f->schema().str(), "f(Tensor x) -> ((Tensor, Tensor))");
}

TEST(Tracer, CallsOfModulesAreMethods) {
    auto unit = std::make_shared<CompilationUnit>();
    Tracer tracer(unit);
    const Tensor weight = vector_of(2);
    const auto inner = tracer.add_module("__torch__.Inner", {{"weight", weight}}, {}, {}, true);
    const auto outer = tracer.add_module("__torch__.Outer", {}, {}, {{"inner", inner}}, true);
    const Tensor x = vector_of(1);
    tracer.begin("forward", outer, {"x"}, {IValue(x)});
    ASSERT_TRUE(tracer.enter(inner));
    EXPECT_FALSE(tracer.enter(inner));  // it runs already
    const Tensor y = call("aten::mul.Tensor", {x, weight});
    const Tensor beside = call("aten::neg", {y});
    tracer.leave();
    const Tensor z = call("aten::sub.Tensor", {y, beside});
    const IntrusivePtr<Function> forward = tracer.finish(tracer.value_of(IValue(z)));
    EXPECT_EQ(method_source(*forward).code,
              "def forward(self,\n    x: Tensor) -> Tensor:\n  _0, _1, = (self.inner).forward(x, )\n"
              "  return torch.sub(_0, _1)\n");
    Function* inner_forward = tracer.object(inner)->type->find_method("forward");
    ASSERT_NE(inner_forward, nullptr);
    EXPECT_EQ(method_source(*inner_forward).code,
              "def forward(self,\n    argument_1: Tensor) -> Tuple[Tensor, Tensor]:\n"
              "  _0 = torch.mul(argument_1, self.weight)\n  return (_0, torch.neg(_0))\n");
}

TEST(Tracer, AnAbandonedTraceRecordsNothing) {
    Tracer tracer(std::make_shared<CompilationUnit>());
    const Tensor x = vector_of(1);
    tracer.begin("__torch__.f", Tracer::kNoModule, {"x"}, {IValue(x)});
    tracer.abandon();
    EXPECT_FALSE(is_tracing());
    EXPECT_EQ(current_tracer(), nullptr);
}

}  // namespace
}  // namespace wick::jit
