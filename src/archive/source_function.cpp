#include "archive/source_function.h"

#include <limits>
#include <string_view>

#include <wick/support/check.h>

#include "archive/source_inlining.h"
#include "ir/repr.h"

namespace wick::jit {

namespace {

/// Names that mean something else in the dialect: Python's keywords and what the importer puts in scope.
const std::unordered_set<std::string_view>& reserved_names() {
    static const std::unordered_set<std::string_view> names = {
        "_",
        "as",
        "aten",
        "attribute",
        "CONSTANTS",
        "fork",
        "getattr",
        "inf",
        "nan",
        "infj",
        "nanj",
        "ops",
        "__torch__",
        "and",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "else",
        "except",
        "False",
        "finally",
        "for",
        "from",
        "global",
        "if",
        "import",
        "in",
        "is",
        "lambda",
        "None",
        "nonlocal",
        "not",
        "or",
        "pass",
        "raise",
        "return",
        "True",
        "try",
        "while",
        "with",
        "yield",
        "uninitialized",
        "unchecked_cast",
    };
    return names;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::string to_identifier(const std::string& text) {
    std::string out;
    if (text.empty() || is_digit(text[0])) out += '_';
    for (const char c : text) out += is_letter(c) || is_digit(c) ? c : '_';
    return out;
}

bool takes_annotation(const Value& value) {
    return value.type->is(TypeKind::Union) || value.type->is(TypeKind::Optional);
}

constexpr size_t kMaxDepth = 400;

}  // namespace

bool is_identifier(std::string_view text) {
    if (text.empty() || is_digit(text[0])) return false;
    for (const char c : text) {
        if (!is_letter(c) && !is_digit(c)) return false;
    }
    return true;
}

class FunctionWriter::RangeScope {
 public:
    RangeScope(std::vector<SourceRange>& ranges, const SourceRange& range) : ranges_(ranges) {
        ranges_.push_back(range.original());
    }
    ~RangeScope() { ranges_.pop_back(); }

 private:
    std::vector<SourceRange>& ranges_;
};

void FunctionWriter::indent() {
    for (size_t i = 0; i < level; ++i) write("  ");
}

void FunctionWriter::line(std::string_view text) {
    indent();
    write(text);
    write("\n");
}

// Names ---------------------------------------------------------------------------------------------------------------

std::string FunctionWriter::unique_name(const std::string& candidate) {
    std::string name = candidate;
    while (used_names_.contains(name) || reserved_names().contains(name)) {
        name = candidate + std::to_string(next_suffix_[name]++);
    }
    used_names_.insert(name);
    return name;
}

std::string FunctionWriter::unique_name_for(const Value& value) {
    return unique_name(value.has_name() ? to_identifier(value.name_base()) : "_");
}

void FunctionWriter::name_values(const Values& values) {
    for (const Value* value : values) names_[value] = unique_name_for(*value);
}

FunctionWriter::Expression FunctionWriter::use_of(const Value* value) const {
    if (auto name = names_.find(value); name != names_.end()) {
        auto text = std::make_shared<TaggedText>();
        text->append(name->second, range());
        return text;
    }
    auto expression = expressions_.find(value);
    WICK_ASSERT(expression != expressions_.end());
    return expression->second;
}

// Definitions ---------------------------------------------------------------------------------------------------------

void FunctionWriter::function(Function& function, bool type_of_first_argument) {
    const Schema& schema = function.schema();
    Graph& graph = *function.graph();
    used_names_.clear();
    inlined_.clear();
    seen_constants_.clear();
    annotated_.clear();
    expressions_.clear();
    names_.clear();
    split_up_to_.clear();
    WICK_ASSERT(schema.arguments.size() == graph.inputs().size() && schema.returns.size() == 1);

    RangeScope scope(ranges_, graph.block()->param_node->range);
    indent();
    write("def " + function.name() + "(");
    for (size_t i = 0; i < schema.arguments.size(); ++i) {
        const Argument& argument = schema.arguments[i];
        dependencies_.add(argument.type);
        const std::string name = unique_name(argument.name);
        if (i > 0) write(",\n    ");
        write(name);
        if (i > 0 || type_of_first_argument) write(": " + argument.type->annotation_str());
        default_value(argument);
        names_[graph.inputs()[i]] = name;
    }
    write(") -> " + schema.returns[0].type->annotation_str() + ":\n");
    dependencies_.add(schema.returns[0].type);
    body(*graph.block());
}

void FunctionWriter::default_value(const Argument& argument) {
    if (!argument.default_value) return;
    IValue value = *argument.default_value;
    if (argument.type->is(TypeKind::List) && value.is_scalar()) {
        // One number stands for a list of the declared length.
        value = make_list(argument.type->contained(0), std::vector<IValue>(std::max(argument.fixed_length, 1), value));
    }
    write("=" + literal(value));
}

// Bodies --------------------------------------------------------------------------------------------------------------

void FunctionWriter::collect_constants(const Block& block, std::vector<Node*>& constants) {
    const auto inputs_of = [&](const Node* node) {
        for (const Value* input : node->inputs) {
            if (input->node->kind == sym::prim_Constant && seen_constants_.insert(input->node).second) {
                constants.push_back(input->node);
            }
        }
    };
    for (const Node* node : block.nodes()) {
        inputs_of(node);
        for (const Block* nested : node->blocks) collect_constants(*nested, constants);
    }
    inputs_of(block.return_node);
}

void FunctionWriter::body(const Block& block) {
    if (++depth_ > kMaxDepth) throw CompileError(range(), "functions are nested too deeply");
    std::vector<Node*> constants;
    collect_constants(block, constants);
    inlined_.merge(inlined_nodes(block));
    const size_t outer_level = level++;
    // Constants come first, in the order of their use: nearly all are inlined, long ones become statements here.
    for (Node* constant : constants) node(*constant, true);
    this->block(block, !block.outputs().empty());
    node(*block.return_node, false);
    level = outer_level;
    --depth_;
}

void FunctionWriter::block(const Block& block, bool more_statements_follow) {
    if (!more_statements_follow && block.param_node->next == block.return_node) line("pass");
    for (Node* node : block.nodes()) this->node(*node, false);
}

void FunctionWriter::add_types_of(const Node& node) {
    for (const Value* input : node.inputs) dependencies_.add(input->type);
    for (const Value* output : node.outputs) dependencies_.add(output->type);
    for (const auto& [name, attribute] : node.attributes) {
        if (const auto* type = std::get_if<TypePtr>(&attribute)) dependencies_.add(*type);
        if (const auto* types = std::get_if<std::vector<TypePtr>>(&attribute)) {
            for (const TypePtr& type : *types) dependencies_.add(type);
        }
    }
}

void FunctionWriter::node(Node& node, bool constants) {
    RangeScope scope(ranges_, node.range);
    add_types_of(node);
    if (!constants && node.kind == sym::prim_Constant) return;
    switch (SymbolId(node.kind.id())) {
        case SymbolId::prim_Return:
            if (importable_ && node.inputs.size() != 1)
                throw CompileError(node.range, "Exportable methods must have a single return value");
            if (!node.inputs.empty()) {
                indent();
                write("return ");
                list(body_, node.inputs, "", "");
                write("\n");
            }
            break;
        case SymbolId::prim_Loop:
            loop_statement(node);
            break;
        case SymbolId::prim_If:
            if_statement(node);
            break;
        case SymbolId::prim_TupleUnpack:
        case SymbolId::prim_ListUnpack:
            name_values(node.outputs);
            indent();
            // The comma after the last target makes this an unpacking, even of one element.
            if (!node.outputs.empty()) list(body_, node.outputs, "", ", = ");
            body_.append(*use_of(node.input(0)));
            write("\n");
            break;
        case SymbolId::prim_SetAttr:
            indent();
            body_.append(*use_of(node.input(0)));
            write("." + node.name_attr() + " = ");
            body_.append(*use_of(node.input(1)));
            write("\n");
            break;
        case SymbolId::prim_fork:
            fork_statement(node, "fork", "__forked_function");
            break;
        case SymbolId::prim_awaitable:
            fork_statement(node, "awaitable", "__awaitable_function");
            break;
        case SymbolId::prim_Enter:
            indent();
            write("with ");
            body_.append(*use_of(node.input(0)));
            if (!node.output(0)->uses.empty()) {
                name_values({node.output(0)});
                write(" as " + names_[node.output(0)]);
            }
            write(":\n");
            ++level;
            break;
        case SymbolId::prim_Exit:
            if (node.prev->kind == sym::prim_Enter) line("pass");
            WICK_ASSERT(level > 0);
            --level;
            break;
        case SymbolId::prim_Closure:
            closure_statement(node);
            break;
        case SymbolId::prim_ModuleContainerIndex:
            name_values(node.outputs);
            line(fmt::format("{} : {} = {}[{}]", names_[node.output()], node.output()->type->annotation_str(),
                             use_of(node.input(0))->str(), use_of(node.input(1))->str()));
            break;
        default:
            expression_statement(node);
    }
}

void FunctionWriter::expression_statement(Node& node) {
    auto text = std::make_shared<TaggedText>();
    expression(*text, node);
    const bool long_constant = node.kind == sym::prim_Constant && is_long(text->str());
    if (!inlined_.contains(&node) || long_constant) {
        definition(node, *text);
        return;
    }
    expressions_[node.output()] = text;
    if (is_long(text->str())) split_long_expression(*node.output());
}

void FunctionWriter::definition(const Node& node, const TaggedText& expression) {
    name_values(node.outputs);
    indent();
    if (!node.outputs.empty()) {
        list(body_, node.outputs, "", "");
        write(" = ");
    }
    body_.append(expression);
    write("\n");
}

/// A single target of Optional or Union type is annotated where it is first assigned: its first value may be narrower.
void FunctionWriter::annotation_of(const Value* target) {
    if (!takes_annotation(*target) || expressions_.contains(target) || !annotated_.insert(target).second) return;
    write(" : " + target->type->annotation_str());
}

void FunctionWriter::assignment(const Values& targets, const Values& values) {
    if (targets.empty()) return;
    WICK_ASSERT(targets.size() == values.size());
    indent();
    list(body_, targets, "", "");
    if (targets.size() == 1) annotation_of(targets[0]);
    write(" = ");
    list(body_, values, "", "");
    write("\n");
}

void FunctionWriter::if_statement(Node& node) {
    name_values(node.outputs);
    indent();
    write("if ");
    body_.append(*use_of(node.input(0)));
    write(":\n");
    for (size_t i = 0; i < 2; ++i) {
        if (i == 1) line("else:");
        ++level;
        block(*node.blocks[i], !node.outputs.empty());
        assignment(node.outputs, node.blocks[i]->outputs());
        --level;
    }
}

/// A loop's carried values are variables: assigned before it, and again at the end of every turn.
void FunctionWriter::loop_statement(Node& node) {
    const Block& body = *node.blocks[0];
    const IValue* trip_count = constant_value(node.input(0));
    const IValue* first_condition = constant_value(node.input(1));
    const IValue* next_condition = constant_value(body.outputs()[0]);
    const bool always_true =
        first_condition && first_condition->to_bool() && next_condition && next_condition->to_bool();
    const bool counted =
        !trip_count || trip_count->to_int() != std::numeric_limits<int64_t>::max() || !body.inputs()[0]->uses.empty();
    if (counted && !always_true) {
        throw CompileError(node.range,
                           "this loop has both a trip count and a condition and cannot be written in Python");
    }

    const size_t carried = node.outputs.size();
    name_values(node.outputs);
    for (size_t i = 0; i < carried; ++i) expressions_[body.inputs()[i + 1]] = use_of(node.output(i));
    for (size_t i = 0; i < carried; ++i) {
        const Value* initial = node.input(i + 2);
        indent();
        write(names_[node.output(i)]);
        if (takes_annotation(*node.output(i)) ? annotated_.insert(node.output(i)).second
                                              : !node.output(i)->type->equals(*initial->type))
            write(": " + node.output(i)->type->annotation_str());
        write(" = ");
        body_.append(*use_of(initial));
        write("\n");
    }

    // In a `while` loop the trip number is unused, and its name serves for the condition.
    Value* counter = body.inputs()[0];
    name_values({counter});
    if (counted) {
        indent();
        write("for " + names_[counter] + " in range(");
        body_.append(*use_of(node.input(0)));
        write("):\n");
    } else {
        assignment({counter}, {node.input(1)});
        line("while " + names_[counter] + ":");
    }
    ++level;
    const size_t skipped = counted ? 1 : 0;
    const Values targets(body.inputs().begin() + skipped, body.inputs().end());
    const Values values(body.outputs().begin() + skipped, body.outputs().end());
    block(body, !targets.empty());
    assignment(targets, values);
    --level;
}

void FunctionWriter::fork_statement(Node& node, const std::string& form, const std::string& function) {
    const std::string name = unique_name(function);
    const Graph& graph = *node.attr<std::shared_ptr<Graph>>(sym::attr_subgraph);
    line("def " + name + "():");
    for (size_t i = 0; i < node.inputs.size(); ++i) expressions_[graph.inputs()[i]] = use_of(node.input(i));
    body(*graph.block());
    TaggedText call;
    put(call, form + "(" + name + ")");
    definition(node, call);
}

void FunctionWriter::closure_statement(Node& node) {
    if (importable_) throw CompileError(node.range, "closures are not exportable");
    name_values(node.outputs);
    const Graph& graph = *node.attr<std::shared_ptr<Graph>>(sym::attr_subgraph);
    indent();
    write("def " + names_[node.output()] + "(");
    name_values(graph.inputs());
    for (size_t i = 0; i < graph.inputs().size(); ++i) {
        if (i > 0) write(", ");
        write(names_[graph.inputs()[i]] + ": " + graph.inputs()[i]->type->annotation_str());
    }
    write("):\n");
    body(*graph.block());
}

// Long lines ----------------------------------------------------------------------------------------------------------

/// Gives `value` and every inlined expression that would be evaluated before it a statement of its own; taking out only
/// the long one would change the order of evaluation.
void FunctionWriter::split_long_expression(const Value& value) {
    Values reversed;
    const Node* user = value.uses[0].user;
    int64_t last = static_cast<int64_t>(value.uses[0].index);
    while (true) {
        auto [done, first_time] = split_up_to_.try_emplace(user, -1);
        for (int64_t i = last; i > done->second; --i) {
            Value* argument = user->inputs[i];
            if (argument->node->kind != sym::prim_Constant && inlined_.contains(argument->node))
                reversed.push_back(argument);
        }
        done->second = last;
        if (!first_time || !inlined_.contains(user)) break;
        const Use& outer = user->outputs[0]->uses[0];
        user = outer.user;
        last = static_cast<int64_t>(outer.index) - 1;  // the outer expression itself is still being written
    }
    for (size_t i = reversed.size(); i-- > 0;) {
        const Expression expression = use_of(reversed[i]);
        definition(*reversed[i]->node, *expression);
    }
}

}  // namespace wick::jit
