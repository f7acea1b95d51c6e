#include "ir/graph.h"

#include <wick/support/check.h>

namespace wick::jit {

Graph::Graph() : block_(new_block(nullptr)), insert_before_(block_->return_node) {}

Graph::~Graph() = default;

Block* Graph::new_block(Node* owner) {
    Block* block = blocks_.make(this, owner);
    block->param_node = nodes_.make(this, sym::prim_Param);
    block->return_node = nodes_.make(this, sym::prim_Return);
    for (Node* node : {block->param_node, block->return_node}) {
        node->block = block;
        node->next = node->prev = node == block->param_node ? block->return_node : block->param_node;
    }
    return block;
}

Value* Graph::new_value(Node* node, size_t offset, TypePtr type) {
    return values_.make(node, offset, next_id_++, std::move(type));
}

void Graph::free_value(Value* value) {
    if (value->has_name()) names_.erase(value->name);
    values_.remove(value);
}

Node* Graph::create(Symbol kind, size_t outputs) {
    Node* node = nodes_.make(this, kind);
    for (size_t i = 0; i < outputs; ++i) node->add_output();
    return node;
}

Node* Graph::create(Symbol kind, std::vector<Value*> inputs, size_t outputs) {
    Node* node = create(kind, outputs);
    for (Value* input : inputs) node->add_input(input);
    return node;
}

Node* Graph::create_clone(const Node* node, const std::function<Value*(Value*)>& map) {
    Node* copy = nodes_.make(this, node->kind);
    for (const Value* output : node->outputs) copy->add_output()->copy_metadata(output);
    copy->attributes = node->attributes;
    copy->range = node->range;
    copy->inlined_from = node->inlined_from;
    copy->op = node->op;
    for (Value* input : node->inputs) copy->add_input(map(input));
    for (const Block* block : node->blocks) copy->add_block()->clone_from(block, map);
    return copy;
}

Node* Graph::insert(Node* node) { return node->insert_before(insert_before_); }

bool is_constant_form(const IValue& value) {
    // Constants are nested at most a few deep; the bound stops lists that contain themselves.
    constexpr int kMaxDepth = 64;
    struct Walk {
        bool operator()(const IValue& v, int depth) const {
            if (depth > kMaxDepth) return false;
            auto all = [&](const std::vector<IValue>& items) {
                for (const IValue& item : items) {
                    if (!(*this)(item, depth + 1)) return false;
                }
                return true;
            };
            switch (v.tag()) {
                case IValue::Tag::None:
                case IValue::Tag::Bool:
                case IValue::Tag::Int:
                case IValue::Tag::Double:
                case IValue::Tag::Complex:
                case IValue::Tag::Device:
                case IValue::Tag::String:
                case IValue::Tag::Enum:
                case IValue::Tag::Function:
                    return true;
                case IValue::Tag::Tensor:
                    return !v.tensor_ref().requires_grad();
                case IValue::Tag::List:
                    return all(v.to_list().items);
                case IValue::Tag::Tuple:
                    return all(v.to_tuple().elements);
                case IValue::Tag::Dict:
                    for (const DictObject::Entry& entry : v.to_dict().entries()) {
                        if (entry.alive && !((*this)(entry.key, depth + 1) && (*this)(entry.value, depth + 1)))
                            return false;
                    }
                    return true;
                default:
                    return false;
            }
        }
    };
    return Walk()(value, 0);
}

Value* Graph::insert_constant(IValue value, TypePtr type, SourceRange range) {
    if (!is_constant_form(value))
        throw InternalError(fmt::format("no constant can hold a value of type {}", value.tag_name()));
    Node* node = insert_node(sym::prim_Constant, {});
    node->range = std::move(range);
    if (value.is_function()) {
        IntrusivePtr<Function> function(&value.to_function());
        node->set_attr(sym::attr_name, IValue(function->name()));
        node->set_attr(sym::attr_value, std::move(function));
        node->output()->set_type(simple_type(TypeKind::Function));
        return node->output();
    }
    node->output()->set_type(type ? std::move(type) : value.type());
    if (!value.is_none()) node->set_attr(sym::attr_value, std::move(value));
    return node->output();
}

Value* Graph::insert_op(std::string_view operator_name, std::vector<Value*> inputs) {
    const Operator* op = Registry::instance().find_overload(operator_name);
    WICK_ASSERT(op);
    const Schema& schema = op->schema();
    WICK_ASSERT(inputs.size() <= schema.arguments.size() || schema.is_vararg);
    for (size_t i = inputs.size(); i < schema.arguments.size(); ++i) {
        WICK_ASSERT(schema.arguments[i].default_value);
        const Argument& argument = schema.arguments[i];
        inputs.push_back(insert_constant(*argument.default_value,
                                         argument.default_value->is_none() ? TypePtr(none_type()) : TypePtr()));
    }
    Node* node = insert_node(Symbol::from(schema.name), std::move(inputs), schema.returns.size());
    for (size_t i = 0; i < schema.returns.size(); ++i) {
        WICK_ASSERT(!schema.returns[i].type->has_free_variables());
        node->output(i)->set_type(schema.returns[i].type);
    }
    node->op = op;
    return node->outputs.empty() ? nullptr : node->output(0);
}

std::shared_ptr<Graph> Graph::copy() const {
    auto graph = std::make_shared<Graph>();
    graph->block_->clone_from(block_,
                              [](Value*) -> Value* { throw InternalError("a graph uses a value of another graph"); });
    return graph;
}

const IValue* constant_value(const Value* value) {
    static const IValue none;
    if (value->node->kind != sym::prim_Constant) return nullptr;
    const AttributeValue* attribute = value->node->find(sym::attr_value);
    if (!attribute) return value->node->find(sym::attr_name) ? nullptr : &none;
    return std::get_if<IValue>(attribute);
}

}  // namespace wick::jit
