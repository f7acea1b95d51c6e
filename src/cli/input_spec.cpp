#include "cli/input_spec.h"

#include <algorithm>
#include <fmt/format.h>

#include <wick/support/error.h>

#include "archive/npy.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "frontend/emitter.h"
#include "frontend/operator_values.h"
#include "frontend/parser.h"
#include "frontend/type_parser.h"
#include "ops/registry.h"
#include "runtime/interpreter.h"

namespace wick::cli {
namespace {

using namespace jit;

/// Names that `torch` has in programs of the user: dtypes under both their names, and the operators.
SugaredPtr torch_name(const std::string& name, Graph& graph, const SourceRange& range) {
    static const std::unordered_map<std::string_view, DType> kDTypes = {
#define _(name, type, number, bytes, storage) {name_of(DType::name), DType::name},
        WICK_FORALL_DTYPES(_)
#undef _
            {"float", DType::float32},
        {"double", DType::float64},
        {"half", DType::float16},
        {"short", DType::int16},
        {"int", DType::int32},
        {"long", DType::int64},
        {"cfloat", DType::complex64},
        {"cdouble", DType::complex128}};
    if (const auto found = kDTypes.find(name); found != kDTypes.end())
        return sugar(graph.insert_constant(static_cast<int64_t>(found->second)));
    return OperatorNamespace("aten").attr(range, graph, name);
}

struct TorchModule : SugaredValue {
    std::string kind() const override { return "module"; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override {
        return torch_name(field, graph, range);
    }
};

/// `int`, `float` and `bool` as they stand: what `dtype=float` means, and what `float('inf')` calls.
struct CastOrDType : CastFunction {
    CastOrDType(DType dtype, TypePtr type, std::string_view op, std::string method)
        : CastFunction(std::move(type), Symbol::from(op), std::move(method)), dtype(dtype) {}
    Value* as_value(const SourceRange&, Graph& graph) override {
        return graph.insert_constant(static_cast<int64_t>(dtype));
    }
    const DType dtype;
};

/// `torch.randn(1)`, and `randn(1)` as well.
struct InputNames : Resolver {
    SugaredPtr resolve_value(const std::string& name, Graph& graph, const SourceRange& range) override {
        if (name == "torch") return std::make_shared<TorchModule>();
        if (name == "float")
            return std::make_shared<CastOrDType>(DType::float32, float_type(), "aten::Float", "__float__");
        if (name == "int") return std::make_shared<CastOrDType>(DType::int32, int_type(), "aten::Int", "__int__");
        if (name == "bool") return std::make_shared<CastOrDType>(DType::bool_, bool_type(), "aten::Bool", "__bool__");
        if (name == "inf") return sugar(graph.insert_constant(double(INFINITY)));
        if (name == "nan") return sugar(graph.insert_constant(double(NAN)));
        SugaredPtr value = torch_name(name, graph, range);
        const bool unknown = !value->simple() && Registry::instance().find("aten::" + name).empty();
        return unknown ? nullptr : value;
    }
    TypePtr resolve_type(const std::string&, const SourceRange&) override { return nullptr; }
};

constexpr std::string_view kBefore = "def input():\n    return (";
constexpr std::string_view kAfter = ")\n";

/// The same message about the same place of the spec alone, from one about the function around it.
UsageError about_spec(const std::string& spec, const CompileError& error) {
    const SourceRange& range = error.range();
    const int64_t size = static_cast<int64_t>(spec.size());
    const int64_t shift = range.known() && range.source()->text() != spec ? static_cast<int64_t>(kBefore.size()) : 0;
    const auto inside = [&](int64_t at) { return std::clamp<int64_t>(at - shift, 0, size); };
    const SourceRange place(std::make_shared<Source>(spec, "--input"), inside(range.begin()), inside(range.end()));
    std::string message = CompileError(place, error.sentence()).what();
    while (message.ends_with('\n')) message.pop_back();
    return UsageError(message);
}

}  // namespace

IValue parse_input(const std::string& spec) {
    if (spec.ends_with(".npy")) return about(spec, [&] { return IValue(archive::load_npy(spec)); });
    if (spec.ends_with(".pt") || spec.ends_with(".pth")) return load_values(spec);
    try {
        parse_expression(std::make_shared<Source>(spec, "--input"));
        const auto ast = parse(std::make_shared<Source>(fmt::format("{}{}{}", kBefore, spec, kAfter), "--input"));
        auto function = make_intrusive<Function>("input", [&](Function& self) {
            InputNames names;
            const auto& def = *ast::as<ast::FunctionDef>(ast->body.at(0));
            emit_function(self, def, parse_signature(def, names), names);
        });
        function->ensure_defined();
        return jit::run(*function, {});
    } catch (const CompileError& error) {
        throw about_spec(spec, error);
    } catch (const ScriptError& error) {
        throw UsageError(fmt::format("--input {}: {}", spec, error.message()));
    }
}

}  // namespace wick::cli
