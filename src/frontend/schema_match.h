#pragma once
// Calls of operators and functions: which overload fits the arguments, what is converted on the way, and the node that
// results. The rules and their order are those of TorchScript, so that the same program gives the same graph.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <wick/support/source_range.h>

#include "ir/graph.h"

namespace wick::jit {

/// An argument as written at a call: a value or a constant, where it stands, and its keyword ("" when positional).
class NamedValue {
 public:
    NamedValue(const SourceRange& range, Value* value) : range(range), value_(value) {}
    NamedValue(const SourceRange& range, std::string name, Value* value)
        : range(range), name(std::move(name)), value_(value) {}
    NamedValue(const SourceRange& range, std::string name, IValue constant)
        : range(range), name(std::move(name)), constant_(std::move(constant)) {}

    SourceRange range;
    std::string name;
    /// The value; a constant is inserted into the graph first.
    Value* value(Graph& graph) const;
    TypePtr type() const;

 private:
    Value* value_ = nullptr;
    IValue constant_;
};

using NamedValues = std::vector<NamedValue>;

/// A schema that fits: the inputs in the schema's order, conversions done, defaults filled in.
struct MatchedSchema {
    std::vector<Value*> inputs;
    std::vector<TypePtr> return_types;
    /// Names of the results when all of them are named (the call gives a named tuple), else empty.
    std::vector<std::string> return_names;
};

/// Matches one schema. `why` collects the reasons when it does not fit. `allow_conversions` permits implicit
/// conversions (tensor to number, int to float, several arguments as one list).
std::optional<MatchedSchema> try_match_schema(const Schema& schema, const SourceRange& range, Graph& graph,
                                              const NamedValues& args, const NamedValues& kwargs,
                                              const std::optional<NamedValue>& self, bool allow_conversions,
                                              std::string* why);

/// As above with conversions; throws CompileError when it does not fit.
MatchedSchema match_schema(const Schema& schema, const SourceRange& range, Graph& graph, const NamedValues& args,
                           const NamedValues& kwargs, const std::optional<NamedValue>& self = std::nullopt);

/// The first overload that fits without conversions, else the first that fits with them. Throws a CompileError that
/// lists every overload and its reason.
std::pair<size_t, MatchedSchema> match_schemas(const std::vector<const Schema*>& schemas, const SourceRange& range,
                                               Graph& graph, const NamedValues& args, const NamedValues& kwargs,
                                               const std::optional<NamedValue>& self = std::nullopt);

/// Converts `value` to `type` where TorchScript does so silently (tuple to list, and with `allow_conversions` tensor to
/// number, int to float, str to Device); otherwise returns it as it is.
Value* try_convert_to_type(const SourceRange& range, Graph& graph, const TypePtr& type, Value* value,
                           bool allow_conversions);

/// Emits a call of the operator family `name` ("aten::add"); the result is one value (a tuple for several). Throws
/// CompileError for an unknown name and when no overload fits. An operator that has changed since the graph's version
/// is matched as it was then; upgrade_operators (upgraders.h) makes it today's.
Value* emit_builtin_call(const SourceRange& range, Graph& graph, Symbol name, const NamedValues& args,
                         const NamedValues& kwargs = {}, const std::optional<NamedValue>& self = std::nullopt);

/// A call with positional arguments.
Value* emit_op(const SourceRange& range, Graph& graph, std::string_view name, const std::vector<Value*>& args);

/// The node for a match, and its outputs as one value.
Value* emit_operator(const SourceRange& range, Graph& graph, const Operator& op, const MatchedSchema& match);

/// One value as itself, several as a tuple (a named one when there are names).
Value* pack_outputs(Graph& graph, const std::vector<Value*>& values, const std::vector<std::string>& names = {});

}  // namespace wick::jit
