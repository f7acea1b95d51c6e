#include "frontend/emitter.h"

#include <fmt/format.h>
#include <unordered_map>

#include "frontend/convert_to_ssa.h"
#include "frontend/emitter_impl.h"
#include "frontend/function_values.h"
#include "frontend/operator_values.h"
#include "frontend/parser.h"
#include "frontend/upgraders.h"
#include "ops/script_call.h"
#include "passes/pipeline.h"
#include "support/thread_value.h"

namespace wick::jit {

Node* Emitter::insert(Symbol kind, std::vector<Value*> inputs, size_t outputs, const SourceRange& range) {
    Node* node = graph_.create(kind, std::move(inputs), outputs);
    node->range = range;
    return graph_.insert(node);
}

Schema Emitter::emit_body(const ast::FunctionDef& def, Schema schema, Block* block) {
    InsertPoint at(graph_, block);
    const bool is_outermost = functions_.empty();
    functions_.push_back({schema.returns.empty() ? nullptr : schema.returns[0].type, nullptr});
    if (is_outermost && !schema.returns.empty()) publish(schema, schema.returns[0].type);
    provisional_ = is_outermost ? &schema : nullptr;
    env_.push(block);
    for (size_t i = 0; i < schema.arguments.size(); ++i) {
        const Argument& argument = schema.arguments[i];
        Value* input = block->add_input(is_meaningful_name(argument.name) ? argument.name : "", argument.type);
        SugaredPtr self = is_outermost && i == 0 ? resolver_.self_value(input) : nullptr;
        env_.set(def.parameters[i].range, argument.name, self ? std::move(self) : sugar(input));
    }
    emit_statements(def.body);
    if (!has_exited()) {
        const TypePtr& declared = functions_.back().declared_return;
        if (declared && !declared->is(TypeKind::None))
            throw CompileError(def.range,
                               "Function was not annotated as having type None, but does not return along all paths");
        emit_return_value(def.range, graph_.insert_constant(IValue(), {}, def.range));
    }
    env_.pop();
    TypePtr returned =
        functions_.back().merged_return ? functions_.back().merged_return : functions_.back().declared_return;
    if (!returned) returned = none_type();  // every path raises
    functions_.pop_back();
    // Stands for the result until transform_exits puts the returned values in its place.
    block->register_output(insert(sym::prim_Uninitialized, {}, 1, def.range)->output()->set_type(returned));
    Argument result;
    result.type = returned;
    schema.returns = {std::move(result)};
    return schema;
}

void Emitter::emit_nested_function(const ast::FunctionDef& def) {
    Node* closure = insert(sym::prim_Closure, {}, 1, def.range);
    Block* block = closure->add_block();
    const Loop outside = std::exchange(loop_, Loop::none);
    Schema* const provisional = provisional_;
    emit_body(def, parse_signature(def, resolver_), block);
    provisional_ = provisional;
    loop_ = outside;
    closure->output()->set_type(none_type());
    env_.set(def.range, def.name, std::make_shared<ClosureValue>(closure->output()));
}

/// The functions that are being compiled on this thread, each for the one before it.
static thread_local ThreadValue<std::vector<const Function*>> t_compiling;

const Schema& schema_for_call(Function& callee, const SourceRange& range) {
    try {
        return callee.schema();
    } catch (const CompileError& error) {
        // Recursion: the callee does not know its caller.
        if (!error.range().known()) throw CompileError(range, error.what());
        if (t_compiling->empty()) throw;
        throw CompileError(error, fmt::format("'{}' is being compiled since it was called from '{}'\n{}", callee.name(),
                                              t_compiling->back()->name(), range.highlight()));
    }
}

void Emitter::publish(Schema schema, const TypePtr& result) {
    schema.name = function_.name();
    Argument returned;
    returned.type = result;
    schema.returns = {std::move(returned)};
    function_.set_schema(std::move(schema));
}

void emit_function(Function& function, const ast::FunctionDef& def, Schema signature, Resolver& resolver,
                   int64_t version, ClassType* initialized) {
    t_compiling->push_back(&function);
    struct Done {
        ~Done() { t_compiling->pop_back(); }
    } done;
    auto graph = std::make_shared<Graph>();
    graph->version = version;
    Schema schema =
        Emitter(function, *graph, resolver, initialized).emit_body(def, std::move(signature), graph->block());
    upgrade_operators(*graph);
    convert_to_ssa(*graph);
    canonicalize_modified_loops(*graph);
    clean_up(*graph);

    schema.name = function.name();
    function.set_schema(std::move(schema));
    function.set_graph(std::move(graph));
}

namespace {

/// Operators only.
struct OperatorResolver : Resolver {
    std::shared_ptr<SugaredValue> resolve_value(const std::string& name, Graph& graph, const SourceRange&) override {
        if (name == "torch") return std::make_shared<OperatorNamespace>("aten");
        if (name == "ops") return std::make_shared<OpsNamespace>();
        if (name == "annotate") return std::make_shared<SpecialFormValue>(SpecialForm::annotate);
        if (name == "inf") return sugar(graph.insert_constant(double(INFINITY)));
        if (name == "nan") return sugar(graph.insert_constant(double(NAN)));
        return nullptr;
    }
    TypePtr resolve_type(const std::string&, const SourceRange&) override { return nullptr; }
};

}  // namespace

IntrusivePtr<Function> compile_operator_text(std::string_view text, const std::string& source_name, int64_t first_line,
                                             const Schema* signature) {
    const std::shared_ptr<const Ast> ast = parse(std::make_shared<Source>(std::string(text), source_name, first_line));
    const auto* def = ast->body.size() == 1 ? ast::as<ast::FunctionDef>(ast->body[0]) : nullptr;
    if (!def) throw InternalError(fmt::format("{}: expected one def", source_name));
    auto function = make_intrusive<Function>(def->name, [ast, def, signature](Function& self) {
        OperatorResolver resolver;
        emit_function(self, *def, signature ? *signature : parse_signature(*def, resolver), resolver);
    });
    function->ensure_defined();
    return function;
}

IntrusivePtr<Function> compile_text_of(const Operator& op, std::string_view text) {
    return compile_operator_text(text, op.operator_name());
}

std::vector<Value*> inline_graph(Graph& graph, const Graph& callee, const std::vector<Value*>& inputs) {
    WICK_ASSERT(inputs.size() == callee.inputs().size());
    std::unordered_map<const Value*, Value*> copies;
    for (size_t i = 0; i < inputs.size(); ++i) copies[callee.inputs()[i]] = inputs[i];
    const auto copy_of = [&](const Value* value) { return copies.at(value); };
    for (const Node* node : callee.block()->nodes()) {
        const Node* copy = graph.insert(graph.create_clone(node, copy_of));
        for (size_t i = 0; i < node->outputs.size(); ++i) copies[node->outputs[i]] = copy->outputs[i];
    }
    std::vector<Value*> outputs;
    for (const Value* output : callee.outputs()) outputs.push_back(copy_of(output));
    return outputs;
}

}  // namespace wick::jit
