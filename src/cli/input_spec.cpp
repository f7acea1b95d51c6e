#include "cli/input_spec.h"

#include <fmt/format.h>

#include <wick/support/error.h>

#include "archive/npy.h"
#include "archive/torch_save.h"
#include "cli/commands.h"
#include "frontend/emitter.h"
#include "frontend/parser.h"
#include "frontend/sugared_value.h"
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

/// `torch.randn(1)`, and `randn(1)` as well.
struct InputNames : Resolver {
    SugaredPtr resolve_value(const std::string& name, Graph& graph, const SourceRange& range) override {
        if (name == "torch") return std::make_shared<TorchModule>();
        if (name == "inf") return sugar(graph.insert_constant(double(INFINITY)));
        if (name == "nan") return sugar(graph.insert_constant(double(NAN)));
        return torch_name(name, graph, range);
    }
    TypePtr resolve_type(const std::string&, const SourceRange&) override { return nullptr; }
};

}  // namespace

IValue parse_input(const std::string& spec) {
    if (spec.ends_with(".npy")) return archive::load_npy(spec);
    if (spec.ends_with(".pt") || spec.ends_with(".pth")) return archive::load_torch_file(spec);
    try {
        parse_expression(std::make_shared<Source>(spec, "--input"));
        const auto ast =
            parse(std::make_shared<Source>(fmt::format("def input():\n    return ({})\n", spec), "--input"));
        auto function = make_intrusive<Function>("input", [&](Function& self) {
            InputNames names;
            emit_function(self, *ast::as<ast::FunctionDef>(ast->body.at(0)), names);
        });
        function->ensure_defined();
        return jit::run(*function, {});
    } catch (const CompileError& error) {
        throw UsageError(error.what());
    } catch (const ScriptError& error) {
        throw UsageError(fmt::format("--input {}: {}", spec, error.message()));
    }
}

}  // namespace wick::cli
