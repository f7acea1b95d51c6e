#include <fmt/format.h>

#include "ir/foreign_call.h"
#include "ir/graph.h"
#include "ir/print_tensor.h"
#include "ir/repr.h"

namespace wick::jit {

namespace {

class Printer {
 public:
    explicit Printer(bool with_ranges) : with_ranges_(with_ranges) {}

    void graph(const Graph& graph) {
        out_ += "graph(";
        declarations(graph.inputs(), ",\n      ");
        out_ += "):\n";
        std::vector<const Node*> subgraphs;
        for (const Node* node : graph.block()->nodes()) statement(*node, 1, subgraphs);
        out_ += "  return (";
        references(graph.outputs());
        out_ += ")\n";
        for (size_t i = 0; i < subgraphs.size(); ++i) {
            format("with {}_{} = ", subgraphs[i]->kind.str(), i);
            this->graph(*subgraphs[i]->attr<std::shared_ptr<Graph>>(sym::attr_subgraph));
        }
    }

    void statement(const Node& node, size_t level, std::vector<const Node*>& subgraphs) {
        indent(level);
        declarations(node.outputs, ", ");
        const bool is_foreign = is_foreign_call(node.kind);
        out_ += " = " + (is_foreign ? "^" + node.name_attr() + "[]()" : node.kind.str());
        if (node.find(sym::attr_subgraph)) {
            format("_{}", subgraphs.size());
            subgraphs.push_back(&node);
        }
        if (!is_foreign) attributes(node);
        out_ += '(';
        references(node.inputs);
        out_ += ')';
        if (with_ranges_ && shows_range(node)) range(node.range);
        out_ += '\n';
        for (size_t i = 0; i < node.blocks.size(); ++i) {
            const Block& block = *node.blocks[i];
            indent(level + 1);
            format("block{}(", i);
            declarations(block.inputs(), ", ");
            out_ += "):\n";
            for (const Node* nested : block.nodes()) statement(*nested, level + 2, subgraphs);
            indent(level + 2);
            out_ += "-> (";
            references(block.outputs());
            out_ += ")\n";
        }
    }

    std::string take() { return std::move(out_); }

 private:
    template <class... T>
    void format(fmt::format_string<T...> text, T&&... values) {
        fmt::format_to(std::back_inserter(out_), text, std::forward<T>(values)...);
    }
    void indent(size_t level) { out_.append(2 * level, ' '); }

    void declarations(const std::vector<Value*>& values, std::string_view delimiter) {
        for (size_t i = 0; i < values.size(); ++i) {
            if (i > 0) out_ += delimiter;
            format("%{} : {}", values[i]->debug_name(), graph_str(*values[i]->type));
        }
    }

    void references(const std::vector<Value*>& values) {
        for (size_t i = 0; i < values.size(); ++i) {
            if (i > 0) out_ += ", ";
            out_ += '%';
            out_ += values[i]->debug_name();
        }
    }

    /// PyTorch gives no location to nodes that only build, take apart or look up values.
    static bool shows_range(const Node& node) {
        switch (SymbolId(node.kind.id())) {
            case SymbolId::prim_GetAttr:
            case SymbolId::prim_SetAttr:
            case SymbolId::prim_TupleUnpack:
            case SymbolId::prim_TupleIndex:
            case SymbolId::prim_ListConstruct:
            case SymbolId::prim_ListUnpack:
            case SymbolId::prim_DictConstruct:
            case SymbolId::prim_EnumName:
            case SymbolId::prim_EnumValue:
            case SymbolId::prim_isinstance:
            case SymbolId::prim_unchecked_cast:
            case SymbolId::prim_tolist:
            case SymbolId::prim_Enter:
            case SymbolId::prim_Exit:
                return false;
            case SymbolId::prim_TupleConstruct: {
                const auto* tuple = node.output()->type->cast<TupleType>();
                return tuple && !tuple->name().empty();
            }
            default:
                return true;
        }
    }

    /// Where the user wrote it, not the archive's text of it; ":0:0" when the archive says that nobody wrote it.
    /// Columns count from 0 in graphs.
    void range(const SourceRange& compiled) {
        if (!compiled.known()) return;
        const Source::Origin& origin = compiled.source()->origin();
        const SourceRange range = origin ? origin(compiled.begin()) : compiled;
        if (!range.known()) {
            out_ += " # :0:0";
            return;
        }
        const Source& source = *range.source();
        format(" # {}:{}:{}", source.name(), source.line_of(range.begin()), source.column_of(range.begin()) - 1);
    }

    void attributes(const Node& node) {
        const char* delimiter = "[";
        for (const auto& [name, value] : node.attributes) {
            // A function is told by the name beside it, a subgraph is printed below the graph.
            if (std::holds_alternative<IntrusivePtr<Function>>(value) || name == sym::attr_subgraph) continue;
            out_ += delimiter;
            out_ += name.str();
            out_ += '=';
            attribute(value);
            delimiter = ", ";
        }
        if (*delimiter == ',') out_ += ']';
    }

    void attribute(const AttributeValue& value) {
        if (const auto* type = std::get_if<TypePtr>(&value)) {
            out_ += graph_str(**type);
        } else if (const auto* types = std::get_if<std::vector<TypePtr>>(&value)) {
            out_ += '[';
            for (size_t i = 0; i < types->size(); ++i) {
                if (i > 0) out_ += ", ";
                out_ += graph_str(*(*types)[i]);
            }
            out_ += ']';
        } else if (const auto* constant = std::get_if<IValue>(&value)) {
            literal(*constant);
        } else {
            out_ += "<Graph>";
        }
    }

    void literal(const IValue& value) {
        if (value.is_bool()) {
            out_ += value.to_bool() ? '1' : '0';
            return;
        }
        if (value.is_device()) {
            append_quoted(out_, value.to_device().str());
            return;
        }
        append_repr(out_, value, [](std::string& out, const IValue& v) {
            if (v.is_tensor()) {
                append_tensor(out, v.tensor_ref());
                return true;
            }
            if (v.is_list() && v.to_list().element_type->is(TypeKind::Tensor)) {
                out += "[<Tensors>]";
                return true;
            }
            return false;
        });
    }

    const bool with_ranges_;
    std::string out_;
};

}  // namespace

std::string Graph::str(bool with_ranges) const {
    Printer printer(with_ranges);
    printer.graph(*this);
    return printer.take();
}

std::string Node::str() const {
    Printer printer(true);
    std::vector<const Node*> subgraphs;
    printer.statement(*this, 0, subgraphs);
    return printer.take();
}

}  // namespace wick::jit
