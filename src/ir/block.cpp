#include <wick/support/check.h>

#include "ir/graph.h"

namespace wick::jit {

Value* Block::add_input(std::string_view name, TypePtr type) {
    Value* value = param_node->add_output(std::move(type));
    if (!name.empty()) value->set_name(name);
    return value;
}

Value* Block::insert_input(size_t at, std::string_view name, TypePtr type) {
    Value* value = param_node->insert_output(at, std::move(type));
    if (!name.empty()) value->set_name(name);
    return value;
}

size_t Block::register_output(Value* value) {
    return_node->add_input(value);
    return outputs().size() - 1;
}

size_t Block::depth() const {
    size_t depth = 0;
    for (const Node* around = owner; around && around->block; around = around->block->owner) ++depth;
    return depth;
}

void Block::clone_from(const Block* from, const std::function<Value*(Value*)>& map) {
    std::unordered_map<const Value*, Value*> copies;
    const std::function<Value*(Value*)> lookup = [&](Value* value) {
        auto found = copies.find(value);
        return found == copies.end() ? map(value) : found->second;
    };
    for (const Value* input : from->inputs()) copies[input] = add_input()->copy_metadata(input);
    for (const Node* node : from->nodes()) {
        Node* copy = append(graph->create_clone(node, lookup));
        for (size_t i = 0; i < node->outputs.size(); ++i) {
            // Within one graph this renames the original once more, as PyTorch does; names in printed graphs follow.
            copies[node->outputs[i]] = copy->outputs[i]->copy_metadata(node->outputs[i]);
        }
    }
    for (Value* output : from->outputs()) register_output(lookup(output));
}

void Block::destroy() {
    return_node->remove_all_inputs();
    while (return_node->prev != param_node) return_node->prev->destroy();
    while (!param_node->outputs.empty()) param_node->erase_output(param_node->outputs.size() - 1);
    if (graph->insert_before_ == return_node) graph->insert_before_ = graph->block_->return_node;
    graph->nodes_.remove(param_node);
    graph->nodes_.remove(return_node);
    graph->blocks_.remove(this);
}

}  // namespace wick::jit
