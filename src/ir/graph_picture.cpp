#include "ir/graph_picture.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "ir/layered_drawing.h"
#include "ops/print_value.h"

namespace wick::jit {
namespace {

constexpr double kCharWidth = 7.3;
constexpr double kSmallCharWidth = 6.1;
constexpr double kLineHeight = 16;
constexpr double kMargin = 9;
constexpr size_t kLongestText = 44;
const std::string kUnbounded = std::to_string(INT64_MAX);

std::string shortened(std::string text) {
    if (text.size() > kLongestText) text = text.substr(0, kLongestText - 1) + "…";
    return text;
}

/// For text between tags and in attributes.
std::string escaped(std::string_view text) {
    std::string out;
    for (char c : text) {
        switch (c) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                // Control characters have no place in XML.
                out += static_cast<unsigned char>(c) < 32 && c != '\n' ? ' ' : c;
        }
    }
    return out;
}

/// Characters as a reader counts them.
size_t length_of(std::string_view text) {
    return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

/// What stands for a value where no line leads to: a constant, an attribute's path, a list of these, or "".
std::string inline_text(const Value* value) {
    const Node* node = value->node;
    if (node->kind == sym::prim_Constant) {
        const AttributeValue* constant = node->find(sym::attr_value);
        if (!constant) return "None";
        const auto* plain = std::get_if<IValue>(constant);
        return plain && !plain->is_tensor() ? shortened(python_repr(*plain)) : "constant";
    }
    if (node->kind == sym::prim_GetAttr) {
        const std::string of = inline_text(node->input(0));
        return of.empty() ? "" : of + "." + node->name_attr();
    }
    const bool is_param = node->kind == sym::prim_Param;
    if (is_param && node->block == node->graph->block() && value->offset == 0 && value->type->is(TypeKind::Class))
        return "self";
    if (node->kind != sym::prim_ListConstruct && node->kind != sym::prim_TupleConstruct) return "";
    const bool is_list = node->kind == sym::prim_ListConstruct;
    std::string text = is_list ? "[" : "(";
    for (const Value* item : node->inputs) {
        const std::string one = inline_text(item);
        if (one.empty()) return "";
        text += (text.size() > 1 ? ", " : "") + one;
    }
    return shortened(text + (is_list ? "]" : ")"));
}

/// A drawn block: boxes and lines, and pictures within boxes.
class BlockPicture {
 public:
    BlockPicture(const Block* block, std::string caption) : caption_(std::move(caption)) {
        const bool is_whole = !block->owner;
        for (const Value* input : block->inputs())
            if (is_whole ? inline_text(input).empty() : !input->uses.empty())
                add_value(input, add_box({input->debug_name()}, "", "value", input->type->annotation_str()));
        for (const Node* node : block->nodes()) add_node(node);
        if (!block->outputs().empty() || is_whole) add_result(block);
        drawing_.arrange();
        width = std::max(drawing_.width, caption_width()) + 2 * kMargin;
        height = drawing_.height + 2 * kMargin + (caption_.empty() ? 0 : kLineHeight);
    }

    double width;
    double height;

    void draw(std::string& out, double x, double y) const {
        if (!caption_.empty()) {
            out += fmt::format("<rect class=\"block\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n",
                               x, y, width, height);
            out += fmt::format("<text class=\"small\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x + kMargin,
                               y + kLineHeight - 3, escaped(caption_));
            y += kLineHeight;
        }
        x += (width - drawing_.width) / 2;
        y += kMargin;
        for (const LayeredDrawing::Link& link : drawing_.links) draw_link(out, link, x, y);
        for (size_t i = 0; i < boxes_.size(); ++i) draw_box(out, i, x, y);
    }

 private:
    struct Box {
        std::vector<std::string> title;
        std::string detail;  ///< in small letters below
        std::string_view style;
        std::string hint;
        std::vector<std::unique_ptr<BlockPicture>> parts;
    };

    double caption_width() const { return static_cast<double>(length_of(caption_)) * kSmallCharWidth; }

    size_t add_box(std::vector<std::string> title, std::string detail, std::string_view style, std::string hint,
                   std::vector<std::unique_ptr<BlockPicture>> parts = {}) {
        double box_width = static_cast<double>(length_of(detail)) * kSmallCharWidth;
        for (const std::string& line : title)
            box_width = std::max(box_width, static_cast<double>(length_of(line)) * kCharWidth);
        double box_height = kLineHeight * static_cast<double>(title.size() + !detail.empty());
        double parts_width = parts.empty() ? 0 : -kMargin;
        double parts_height = 0;
        for (const auto& part : parts) {
            parts_width += part->width + kMargin;
            parts_height = std::max(parts_height, part->height);
        }
        box_width = std::max(box_width, parts_width) + 2 * kMargin;
        box_height += parts_height + (parts.empty() ? 8 : kMargin + 6);
        drawing_.items.push_back({box_width, box_height});
        boxes_.push_back({std::move(title), std::move(detail), style, std::move(hint), std::move(parts)});
        return boxes_.size() - 1;
    }

    void add_value(const Value* value, size_t box) { made_by_[value] = box; }

    /// Lines from what makes the values; text for the others.
    std::string connect(const std::vector<const Value*>& values, const std::vector<std::string>& names,
                        std::set<size_t>& sources) const {
        std::string text;
        for (size_t i = 0; i < values.size(); ++i) {
            if (const auto made = made_by_.find(values[i]); made != made_by_.end()) {
                sources.insert(made->second);
                continue;
            }
            std::string one = inline_text(values[i]);
            // A value of an outer block.
            if (one.empty()) one = values[i]->debug_name();
            // A loop without a bound has the largest number as one.
            if (one == "None" || (one == "self" && i == 0) || one == kUnbounded) continue;
            text += (text.empty() ? "" : ", ") + (names.size() > i && !names[i].empty() ? names[i] + "=" : "") + one;
        }
        return text;
    }

    void link_from(const std::set<size_t>& sources, size_t box) {
        for (size_t source : sources) drawing_.links.push_back({source, box});
    }

    /// The values of outer blocks that stand in the blocks of a node.
    static void used_within(const Block* block, std::vector<const Value*>& values) {
        for (const Node* node : block->nodes()) {
            values.insert(values.end(), node->inputs.begin(), node->inputs.end());
            for (const Block* inner : node->blocks) used_within(inner, values);
        }
        values.insert(values.end(), block->outputs().begin(), block->outputs().end());
    }

    void add_node(const Node* node) {
        const bool stands_in_users =
            node->outputs.size() == 1 && node->blocks.empty() && !inline_text(node->output()).empty();
        if (stands_in_users) return;
        std::vector<std::string> title;
        std::string_view style = "op";
        std::vector<std::string> names;
        std::vector<const Value*> inputs(node->inputs.begin(), node->inputs.end());
        const std::string kind(node->kind.str());
        if (node->kind == sym::prim_CallMethod) {
            style = "call";
            std::string path = inline_text(node->input(0));
            if (path.empty()) path = node->input(0)->debug_name();
            if (path.starts_with("self.")) path = path.substr(5);
            title.push_back(shortened(path + (node->name_attr() == "forward" ? "" : "." + node->name_attr())));
            const std::string type = node->input(0)->type->annotation_str();
            const std::string class_name = type.substr(type.rfind('.') + 1);
            if (class_name != title[0]) title.push_back(class_name);
            inputs.erase(inputs.begin());
        } else if (!node->blocks.empty()) {
            style = "control";
            title.push_back(kind.substr(kind.find("::") + 2));
        } else {
            const bool is_usual = kind.starts_with("aten::") || kind.starts_with("prim::");
            title.push_back(is_usual ? kind.substr(6) : kind);
            if (node->find(sym::attr_name)) title.back() += " " + node->name_attr();
        }
        if (node->op)
            for (const Argument& argument : node->op->schema().arguments) names.push_back(argument.name);
        std::set<size_t> sources;
        const std::string detail = shortened(connect(inputs, names, sources));
        std::vector<std::unique_ptr<BlockPicture>> parts;
        static constexpr const char* kBranches[] = {"then", "else"};
        for (size_t i = 0; i < node->blocks.size(); ++i) {
            const bool is_branch = node->kind == sym::prim_If;
            parts.push_back(
                std::make_unique<BlockPicture>(node->blocks[i], is_branch ? kBranches[i % 2] : "each time"));
            std::vector<const Value*> outer;
            used_within(node->blocks[i], outer);
            connect(outer, {}, sources);
        }
        const size_t box = add_box(std::move(title), detail, style, node->str(), std::move(parts));
        link_from(sources, box);
        for (const Value* output : node->outputs) add_value(output, box);
    }

    void add_result(const Block* block) {
        std::set<size_t> sources;
        const std::vector<const Value*> outputs(block->outputs().begin(), block->outputs().end());
        const std::string detail = shortened(connect(outputs, {}, sources));
        std::string types;
        for (const Value* output : outputs) types += (types.empty() ? "" : ", ") + output->type->annotation_str();
        link_from(sources, add_box({block->owner ? "result" : "return"}, detail, "value", types));
    }

    static void draw_link(std::string& out, const LayeredDrawing::Link& link, double x, double y) {
        out += "<path class=\"link\" d=\"";
        for (size_t i = 0; i < link.path.size(); ++i) {
            const double px = link.path[i].x + x, py = link.path[i].y + y;
            if (i == 0) {
                out += fmt::format("M{:.1f} {:.1f}", px, py);
            } else if (i % 2 == 0) {
                out += fmt::format(" L{:.1f} {:.1f}", px, py);
            } else {
                const double middle = (link.path[i - 1].y + y + py) / 2;
                out += fmt::format(" C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", link.path[i - 1].x + x, middle, px,
                                   middle, px, py);
            }
        }
        out += "\"/>\n";
    }

    void draw_box(std::string& out, size_t i, double x, double y) const {
        const LayeredDrawing::Item& item = drawing_.items[i];
        const Box& box = boxes_[i];
        const double left = x + item.corner.x, top = y + item.corner.y, middle = left + item.width / 2;
        out += fmt::format(
            "<g><title>{}</title><rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
            "height=\"{:.1f}\" rx=\"{}\"/>\n",
            escaped(box.hint), box.style, left, top, item.width, item.height, box.style == "value" ? 12 : 4);
        double line = top + 4;
        for (const std::string& text : box.title) {
            line += kLineHeight;
            out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", middle, line - 4, escaped(text));
        }
        if (!box.detail.empty()) {
            line += kLineHeight;
            out += fmt::format("<text class=\"small middle\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", middle, line - 4,
                               escaped(box.detail));
        }
        out += "</g>\n";
        double part_left = left + kMargin;
        for (const auto& part : box.parts) {
            part->draw(out, part_left, line + 2);
            part_left += part->width + kMargin;
        }
    }

    std::string caption_;
    LayeredDrawing drawing_;
    std::vector<Box> boxes_;
    std::map<const Value*, size_t> made_by_;
};

// Colours are of one lightness, which is readable on white; the picture brings its own ground.
constexpr std::string_view kStyle =
    "text{font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;text-anchor:middle;fill:#222}"
    ".small{font-size:10px;fill:#555;text-anchor:start}.middle{text-anchor:middle}"
    "rect{stroke:#667;stroke-width:1}.ground{fill:#fff;stroke:none}.value{fill:#dcebfa}.op{fill:#f3f3f6}"
    ".call{fill:#dff2df}.control{fill:#fbf1d8}.block{fill:#fff;stroke:#ccb;stroke-dasharray:4 3}"
    ".link{fill:none;stroke:#556;stroke-width:1.2;marker-end:url(#wick-arrow)}";

}  // namespace

std::string graph_svg(const Graph& graph) {
    const BlockPicture picture(graph.block(), "");
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
        "{1:.0f}\">\n"
        "<style>{2}</style>\n<defs><marker id=\"wick-arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
        "markerWidth=\"7\" "
        "markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#556\"/></marker></defs>\n"
        "<rect class=\"ground\" width=\"{0:.0f}\" height=\"{1:.0f}\"/>\n",
        picture.width, picture.height, kStyle);
    picture.draw(out, 0, 0);
    return out + "</svg>\n";
}

}  // namespace wick::jit
