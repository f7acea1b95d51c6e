#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>

#include <wick/support/check.h>

#include "ir/graph.h"

namespace wick::jit {

namespace {

constexpr size_t kMaxNesting = 100;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Reads the pieces of a printed graph: words, punctuation, types, literals.
class GraphLexer {
 public:
    using Resolver = std::function<TypePtr(const std::string&)>;
    GraphLexer(std::string_view text, Resolver resolve)
        : source_(std::make_shared<Source>(std::string(text), "<graph>")),
          text_(source_->text()),
          resolve_(std::move(resolve)) {}

    [[noreturn]] void fail(std::string_view message) const {
        const int64_t at = static_cast<int64_t>(at_);
        throw CompileError(SourceRange(source_, at, std::min<int64_t>(at + 1, text_.size())), std::string(message));
    }

    bool at_end() {
        skip_space();
        return at_ == text_.size();
    }
    /// The next character that is not white space; 0 at the end.
    char peek() { return at_end() ? '\0' : text_[at_]; }
    bool looking_at(std::string_view expected) {
        skip_space();
        return text_.substr(at_, expected.size()) == expected;
    }
    bool accept(std::string_view expected) {
        if (!looking_at(expected)) return false;
        at_ += expected.size();
        return true;
    }
    void expect(std::string_view expected) {
        if (!accept(expected)) fail(fmt::format("expected '{}'", expected));
    }

    /// Letters, digits and `_`, and whatever of `also`.
    std::string word(std::string_view what, std::string_view also = "") {
        skip_space();
        const size_t start = at_;
        while (at_ < text_.size() && (is_word(text_[at_]) || also.find(text_[at_]) != std::string_view::npos)) ++at_;
        if (at_ == start) fail(fmt::format("expected {}", what));
        return std::string(text_.substr(start, at_ - start));
    }

    TypePtr type() {
        skip_space();
        std::string_view rest = text_.substr(at_);
        TypePtr type = [&] {
            try {
                return parse_graph_type(rest, resolve_);
            } catch (const CompileError& error) {
                fail(error.sentence());
            }
        }();
        at_ = text_.size() - rest.size();
        return type;
    }

    /// ` # file:line:col` to the end of the line, or nothing.
    SourceRange location() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
        if (at_ == text_.size() || text_[at_] != '#') return {};
        const size_t end = std::min(text_.find('\n', at_), text_.size());
        std::string_view line = text_.substr(at_ + 1, end - at_ - 1);
        while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
        const size_t last = line.rfind(':');
        const size_t middle = last == std::string_view::npos || last == 0 ? last : line.rfind(':', last - 1);
        int64_t row = 0;
        int64_t column = 0;
        constexpr int64_t kMaxColumn = 100000;
        if (middle == std::string_view::npos || !read_number(line.substr(middle + 1, last - middle - 1), row) ||
            !read_number(line.substr(last + 1), column) || column < 0 || column > kMaxColumn) {
            fail("expected a location `# file:line:column`");
        }
        at_ = end;
        auto source = std::make_shared<Source>(std::string(column, ' '), std::string(line.substr(0, middle)), row);
        return SourceRange(std::move(source), column, column);
    }

    std::string quoted() {
        expect("\"");
        std::string out;
        while (true) {
            if (at_ == text_.size()) fail("the string does not end");
            const char c = text_[at_++];
            if (c == '"') return out;
            out += c == '\\' ? escaped() : c;
        }
    }

    int64_t integer() {
        int64_t value = 0;
        if (!read_number(number_text(), value)) fail("expected an integer");
        return value;
    }

    double real() {
        const std::string text(number_text());
        char* end = nullptr;
        const double value = std::strtod(text.c_str(), &end);
        if (text.empty() || *end != '\0') fail("expected a number");
        return value;
    }

    std::complex<double> complex() {
        const double re = real();
        const double im = real();
        expect("j");
        return {re, im};
    }

    /// The literal of a value of the given type, as append_repr writes it.
    IValue literal(const TypePtr& type, size_t depth = 0) {
        if (depth > kMaxNesting) fail("the constant is nested too deeply");
        if (accept("annotate(")) {
            skip_annotation();
            IValue value = literal(type, depth + 1);
            expect(")");
            return value;
        }
        switch (type->kind()) {
            case TypeKind::Int:
                return integer();
            case TypeKind::Bool:
                if (accept("True")) return true;
                if (accept("False")) return false;
                return integer() != 0;
            case TypeKind::Float:
                return real();
            case TypeKind::Complex:
                return complex();
            case TypeKind::String:
                return IValue(quoted());
            case TypeKind::Device: {
                const bool nested = accept("torch.device(");
                const IValue device = Device::parse(quoted());
                if (nested) expect(")");
                return device;
            }
            case TypeKind::None:
                expect("None");
                return IValue();
            case TypeKind::Optional:
                if (accept("None")) return IValue();
                return literal(type->contained(0), depth + 1);
            case TypeKind::Tensor:
                return tensor();
            case TypeKind::List: {
                std::vector<IValue> items;
                expect("[");
                separated("]", [&] { items.push_back(literal(type->contained(0), depth + 1)); });
                return make_list(type->contained(0), std::move(items));
            }
            case TypeKind::Tuple: {
                std::vector<IValue> elements;
                expect("(");
                separated(")", [&] {
                    if (elements.size() == type->contained().size()) fail("the tuple has too many elements");
                    elements.push_back(literal(type->contained(elements.size()), depth + 1));
                });
                if (elements.size() != type->contained().size()) fail("the tuple has too few elements");
                return make_tuple(std::move(elements), type->expect<TupleType>().name().empty() ? TypePtr() : type);
            }
            case TypeKind::Dict: {
                auto dict = make_dict(type->contained(0), type->contained(1));
                expect("{");
                separated("}", [&] {
                    IValue key = literal(type->contained(0), depth + 1);
                    expect(":");
                    dict->set(std::move(key), literal(type->contained(1), depth + 1));
                });
                return dict;
            }
            case TypeKind::Enum: {
                const EnumType& definition = type->expect<EnumType>();
                const std::string name = word("an enum member", ".");
                for (size_t i = 0; i < definition.members().size(); ++i) {
                    if (name == definition.name() + "." + definition.members()[i].first)
                        return make_intrusive<EnumObject>(type, i);
                }
                fail(fmt::format("{} has no member {}", definition.name(), name));
            }
            default:
                fail(fmt::format("there are no constants of type {}", type->str()));
        }
    }

    /// `item, item, …` up to `close`; a comma before it is allowed.
    template <class F>
    void separated(std::string_view close, F item) {
        while (!accept(close)) {
            item();
            if (!accept(",")) {
                expect(close);
                break;
            }
        }
    }

 private:
    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }

    static bool read_number(std::string_view text, int64_t& value) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return !text.empty() && error == std::errc() && end == text.data() + text.size();
    }

    /// A sign, then a number, "inf" or "nan". A sign ends the number unless it follows an exponent's `e`.
    std::string_view number_text() {
        skip_space();
        const size_t start = at_;
        if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) ++at_;
        if (text_.substr(at_, 3) == "inf" || text_.substr(at_, 3) == "nan") {
            at_ += 3;
        } else {
            while (at_ < text_.size()) {
                const char c = text_[at_];
                const bool exponent_sign = (c == '-' || c == '+') && at_ > start && text_[at_ - 1] == 'e';
                if (!is_digit(c) && c != '.' && c != 'e' && !exponent_sign) break;
                ++at_;
            }
        }
        std::string_view text = text_.substr(start, at_ - start);
        if (!text.empty() && text.front() == '+') text.remove_prefix(1);
        return text;
    }

    char escaped() {
        if (at_ == text_.size()) fail("the string does not end");
        const char c = text_[at_++];
        constexpr std::string_view kLetters = "abfnrtv";
        constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v";
        if (const size_t i = kLetters.find(c); i != std::string_view::npos) return kMeanings[i];
        if (!is_digit(c)) return c;
        int code = c - '0';
        for (int i = 0; i < 2 && at_ < text_.size() && is_digit(text_[at_]); ++i)
            code = code * 8 + (text_[at_++] - '0');
        return static_cast<char>(code);
    }

    /// The type in `annotate(type, value)`, which repeats what is known, and its comma.
    void skip_annotation() {
        size_t open = 0;
        while (true) {
            const char c = peek();
            if (c == '\0') fail("expected a value to annotate");
            ++at_;
            if (c == '[') ++open;
            if (c == ']' && open > 0) --open;
            if (c == ',' && open == 0) return;
        }
    }

    Tensor tensor() {
        if (!accept("{")) fail("the text of this tensor constant does not hold its elements");
        Scalar value;
        if (accept("(")) {
            const double re = real();
            expect(",");
            value = std::complex<double>(re, real());
            expect(")");
        } else {
            const std::string text(number_text());
            int64_t integer = 0;
            if (read_number(text, integer)) {
                value = integer;
            } else {
                char* end = nullptr;
                value = std::strtod(text.c_str(), &end);
                if (text.empty() || *end != '\0') fail("expected a number");
            }
        }
        expect("}");
        return scalar_tensor(value, value.dtype() == DType::float64 ? DType::float32 : value.dtype());
    }

    std::shared_ptr<const Source> source_;
    std::string_view text_;
    Resolver resolve_;
    size_t at_ = 0;
};

}  // namespace

class GraphParser {
 public:
    explicit GraphParser(GraphLexer& in) : in_(in), graph_(std::make_shared<Graph>()) {}

    /// `graph(…): … return (…)` and the `with` parts that belong to it.
    std::shared_ptr<Graph> parse(size_t depth = 0) {
        if (depth > kMaxNesting) in_.fail("subgraphs are nested too deeply");
        in_.expect("graph(");
        in_.separated(")",
                      [&] { declare([&](TypePtr type) { return graph_->block()->add_input("", std::move(type)); }); });
        in_.expect(":");
        while (!in_.looking_at("return ") && !in_.looking_at("return(")) statement(graph_->block());
        in_.expect("return");
        results(graph_->block());
        while (in_.looking_at("with ") && !subgraph_users_.empty()) subgraph(depth);
        number_values();
        return std::move(graph_);
    }

 private:
    /// `%name : type`.
    template <class F>
    void declare(F make_value) {
        in_.expect("%");
        const std::string name = in_.word("a value's name", ".");
        in_.expect(":");
        Value* value = make_value(in_.type());
        if (!values_.emplace(name, value).second) in_.fail(fmt::format("%{} is assigned twice", name));
        if (std::all_of(name.begin(), name.end(), is_digit)) {
            constexpr size_t kMaxDigits = 15;
            if (name.size() > kMaxDigits) in_.fail("a value's number is too large");
            value->id = std::stoull(name);
            largest_id_ = std::max(largest_id_, value->id);
        } else {
            value->set_name(name);
        }
    }

    Value* use() {
        in_.expect("%");
        const std::string name = in_.word("a value's name", ".");
        const auto found = values_.find(name);
        if (found == values_.end()) in_.fail(fmt::format("%{} is not assigned", name));
        return found->second;
    }

    void results(Block* block) {
        in_.expect("(");
        in_.separated(")", [&] { block->register_output(use()); });
    }

    /// Outputs are declared before the kind is known, so the node is made first and named last.
    void statement(Block* block) {
        Node* node = block->append(graph_->create(sym::prim_Constant, 0));
        while (in_.peek() == '%') {
            declare([&](TypePtr type) { return node->add_output(std::move(type)); });
            if (!in_.accept(",")) break;
        }
        in_.expect("=");
        std::string kind = in_.word("an operator", ":.");
        node->kind = Symbol::from(kind);
        if (in_.accept("[")) in_.separated("]", [&] { attribute(node); });
        in_.expect("(");
        in_.separated(")", [&] { node->add_input(use()); });
        node->range = in_.location();
        const size_t suffix = kind.rfind('_');
        if (suffix != std::string::npos && suffix + 1 < kind.size() &&
            std::all_of(kind.begin() + suffix + 1, kind.end(), is_digit)) {
            subgraph_users_.emplace(kind, node);
        }
        while (in_.looking_at("block")) nested_block(node);
        node->op = match_operator(*node);
    }

    void nested_block(Node* node) {
        in_.expect("block");
        if (in_.integer() != static_cast<int64_t>(node->blocks.size())) in_.fail("blocks are numbered from 0");
        Block* block = node->add_block();
        in_.expect("(");
        in_.separated(")", [&] { declare([&](TypePtr type) { return block->add_input("", std::move(type)); }); });
        in_.expect(":");
        while (!in_.looking_at("->")) statement(block);
        in_.expect("->");
        results(block);
    }

    void attribute(Node* node) {
        const Symbol name = Symbol::from(in_.word("an attribute's name"));
        in_.expect("=");
        if (name == sym::attr_value && node->kind == sym::prim_Constant && node->outputs.size() == 1) {
            node->set_attr(name, in_.literal(node->output()->type));
        } else if (name == sym::attr_types) {
            std::vector<TypePtr> types;
            in_.expect("[");
            in_.separated("]", [&] { types.push_back(in_.type()); });
            node->set_attr(name, std::move(types));
        } else if (in_.peek() == '"') {
            node->set_attr(name, IValue(in_.quoted()));
        } else {
            node->set_attr(name, IValue(in_.integer()));
        }
    }

    /// `with prim::fork_0 = graph(…)`.
    void subgraph(size_t depth) {
        in_.expect("with");
        const std::string kind = in_.word("an operator", ":.");
        const auto user = subgraph_users_.find(kind);
        if (user == subgraph_users_.end()) in_.fail(fmt::format("no node refers to {}", kind));
        in_.expect("=");
        Node* node = user->second;
        subgraph_users_.erase(user);
        node->kind = Symbol::from(kind.substr(0, kind.rfind('_')));
        node->set_attr(sym::attr_subgraph, GraphParser(in_).parse(depth + 1));
        // Kinds that only end in a number are no references.
        if (!in_.looking_at("with ")) subgraph_users_.clear();
    }

    /// Numbers in the text stay; values with names get numbers above them.
    void number_values() {
        graph_->next_id_ = largest_id_ + 1;
        for (const auto& [name, value] : values_) {
            if (value->has_name()) value->id = graph_->next_id_++;
        }
    }

    GraphLexer& in_;
    std::shared_ptr<Graph> graph_;
    std::map<std::string, Value*> values_;
    std::map<std::string, Node*> subgraph_users_;
    size_t largest_id_ = 0;
};

std::shared_ptr<Graph> parse_graph(std::string_view text,
                                   const std::function<TypePtr(const std::string&)>& resolve_class) {
    std::map<std::string, TypePtr> unknown;
    GraphLexer in(text, [&](const std::string& name) -> TypePtr {
        if (resolve_class) return resolve_class(name);
        TypePtr& type = unknown[name];
        if (!type) type = make_intrusive<ClassType>(name, false);
        return type;
    });
    std::shared_ptr<Graph> graph = GraphParser(in).parse();
    if (!in.at_end()) in.fail("expected the end of the graph");
    try {
        graph->verify();
    } catch (const InternalError& error) {
        throw CompileError(error.what());
    }
    return graph;
}

}  // namespace wick::jit
