// Schema text and type text to schemas and types: one pass of recursive descent.

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <wick/support/check.h>
#include <wick/types/schema.h>

#include "types/library_class.h"
#include "types/observed_tensor.h"

namespace wick::jit {
namespace {

/// The type of that name, or null; ScalarType and the like are numbers, Dimname is a str.
TypePtr type_of_name(std::string_view name) {
    static const std::pair<std::string_view, TypePtr> kNames[] = {
        {"Tensor", tensor_type()},
        {"int", int_type()},
        {"SymInt", int_type()},
        {"float", float_type()},
        {"complex", complex_type()},
        {"bool", bool_type()},
        {"SymBool", bool_type()},
        {"SymFloat", float_type()},
        {"str", string_type()},
        {"Dimname", string_type()},
        {"Scalar", number_type()},
        {"number", number_type()},
        {"NoneType", none_type()},
        {"None", none_type()},
        {"Any", any_type()},
        {"Device", device_type()},
        {"DeviceIndex", int_type()},
        {"ScalarType", int_type()},
        {"Layout", int_type()},
        {"MemoryFormat", int_type()},
        {"QScheme", int_type()},
        {"Generator", simple_type(TypeKind::Generator)},
        {"Stream", simple_type(TypeKind::Stream)},
        {"Storage", simple_type(TypeKind::Storage)},
        {"ConstQuantizerPtr", simple_type(TypeKind::Capsule)},
        {"AnyClassType", simple_type(TypeKind::AnyClass)},
        {"AnyEnumType", simple_type(TypeKind::AnyEnum)},
        {"AnyListType", simple_type(TypeKind::AnyList)},
        {"AnyTupleType", simple_type(TypeKind::AnyTuple)},
        {"Function", simple_type(TypeKind::Function)},
        {"Capsule", simple_type(TypeKind::Capsule)},
    };
    for (const auto& [known, type] : kNames) {
        if (name == known) return type;
    }
    return nullptr;
}

/// What stands for a number as an argument's default: members of PyTorch's enumerations, and `inf`.
IValue constant_of_name(std::string_view name) {
    if (name == "True") return true;
    if (name == "False") return false;
    if (name == "inf") return INFINITY * 1.0;
    if (name == "Mean") return 1;  // at::Reduction
    if (name == "Sum") return 2;
    if (name == "contiguous_format") return 0;
    if (name == "preserve_format") return 1;
    if (name == "channels_last") return 2;
    if (name == "strided") return 0;
    if (name == "long") return static_cast<int64_t>(DType::int64);
    if (name == "float") return static_cast<int64_t>(DType::float32);
    return IValue();
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

class SchemaParser {
 public:
    using Resolver = std::function<TypePtr(const std::string&)>;
    explicit SchemaParser(std::string_view text, const Resolver* resolve = nullptr)
        : resolve_(resolve), source_(std::make_shared<Source>(std::string(text), "<schema>")), text_(source_->text()) {}

    Schema parse() {
        Schema schema;
        schema.name = name("an operator name");
        if (take('.')) schema.overload = identifier("an overload name");
        expect('(');
        bool kwarg_only = false;
        for (bool first = true; !take(')'); first = false) {
            if (!first) expect(',');
            if (take("...")) {
                schema.is_vararg = true;
            } else if (take('*')) {
                kwarg_only = true;
            } else {
                schema.arguments.push_back(argument(kwarg_only));
            }
        }
        expect("->");
        if (take("...")) {
            schema.is_varret = true;
        } else if (take('(')) {
            items_until(')', [&] {
                if (take("...")) {
                    schema.is_varret = true;
                } else {
                    schema.returns.push_back(result());
                }
            });
        } else {
            schema.returns.push_back(result());
        }
        if (peek() != 0) fail("the end of the schema");
        return schema;
    }

    TypePtr parse_leading_type(size_t& length) {
        TypePtr type = typed().type;
        length = at_;
        return type;
    }

 private:
    [[noreturn]] void fail(std::string_view expected) {
        skip();
        const auto at = static_cast<int64_t>(at_);
        throw CompileError(SourceRange(source_, at, std::min<int64_t>(at + 1, text_.size())),
                           fmt::format("expected {}", expected));
    }
    void skip() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    }
    char peek() {
        skip();
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool take(char c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    /// As take, where no space may stand before.
    bool take_at_once(char c) { return at_ < text_.size() && text_[at_] == c && take(c); }
    bool take(std::string_view word) {
        skip();
        if (text_.compare(at_, word.size(), word) != 0) return false;
        at_ += word.size();
        return true;
    }
    void expect(char c) {
        if (!take(c)) fail(fmt::format("'{}'", c));
    }
    void expect(std::string_view word) {
        if (!take(word)) fail(fmt::format("'{}'", word));
    }
    /// Items with commas between them, and perhaps behind the last, up to the closing character.
    template <class F>
    void items_until(char close, F&& read_item) {
        while (!take(close)) {
            read_item();
            if (take(',')) continue;
            expect(close);
            break;
        }
    }
    std::string identifier(std::string_view what) {
        skip();
        const size_t start = at_;
        while (at_ < text_.size() && is_word(text_[at_])) ++at_;
        if (start == at_) fail(what);
        return std::string(text_.substr(start, at_ - start));
    }
    /// "aten::add", or a dotless function name.
    std::string name(std::string_view what) {
        std::string out = identifier(what);
        // No space may follow: what stands after one is the next word.
        while (text_.compare(at_, 2, "::") == 0) {
            at_ += 2;
            out += "::" + identifier(what);
        }
        return out;
    }

    TypePtr named_type(const std::string& word) {
        if (TypePtr type = type_of_name(word)) return type;
        if (word == "tVal" || (!word.empty() && std::islower(static_cast<unsigned char>(word[0])) && word.size() <= 2))
            return var_type(word);
        fail(fmt::format("a type, not '{}',", word));
    }

    std::string qualified_name() {
        std::string word = name("a type");
        while (text_.substr(at_, 1) == "." && at_ + 1 < text_.size() && is_word(text_[at_ + 1])) {
            ++at_;
            word += "." + identifier("a type");
        }
        return word;
    }

    /// The fields of `NamedTuple(x : Tensor, n : int = 3)`; its own name is not in the text.
    TypePtr named_tuple() {
        std::vector<std::string> fields;
        std::vector<TypePtr> types;
        std::vector<IValue> defaults;
        items_until(')', [&] {
            fields.push_back(identifier("a field's name"));
            expect(':');
            types.push_back(typed().type);
            if (take('=')) defaults.push_back(default_value(types.back(), 0));
        });
        return named_tuple_type("NamedTuple", std::move(fields), std::move(types), std::move(defaults));
    }

    TypePtr nominal_type(const std::string& name) {
        TypePtr type = (*resolve_)(name);
        if (!type) fail(fmt::format("a known type, not '{}',", name));
        return type;
    }

    std::vector<TypePtr> type_list(char close) {
        std::vector<TypePtr> types;
        items_until(close, [&] { types.push_back(typed().type); });
        return types;
    }

    AliasInfo alias() {
        AliasInfo info;
        auto sets = [this](std::vector<std::string>& out) {
            do {
                out.push_back(take('*') ? "*" : identifier("an alias set"));
            } while (take('|'));
        };
        sets(info.before);
        if (take('!')) info.is_write = true;
        if (take("->")) sets(info.after);
        expect(')');
        return info;
    }

    /// What stands in parentheses or brackets behind Union, Future and the like.
    std::vector<TypePtr> elements() { return type_list(text_[at_++] == '(' ? ')' : ']'); }
    TypePtr only_element() {
        const std::vector<TypePtr> one = elements();
        if (one.size() != 1) fail("one element type");
        return one[0];
    }

    /// A type without its suffixes.
    TypePtr plain_type() {
        if (take('(')) return tuple_type(type_list(')'));
        std::string word = qualified_name();
        const auto has_elements = [&](std::string_view name) {
            return word == name && (peek() == '(' || peek() == '[');
        };
        if (word == "Dict" && take('(')) {
            const std::vector<TypePtr> pair = type_list(')');
            if (pair.size() != 2) fail("a key and a value type");
            return dict_type(pair[0], pair[1]);
        }
        if (has_elements("Future")) return future_type(only_element());
        if (has_elements("Await")) return await_type(only_element());
        if (has_elements("RRef")) return rref_type(only_element());
        if (has_elements("Union")) return union_type(elements());
        if (resolve_) {
            if (word == "NamedTuple" && take('(')) return named_tuple();
            if (is_element_type_name(word) && peek() == '(') {
                const size_t end = text_.find(')', at_);
                if (end == text_.npos) fail("')'");
                word.append(text_.substr(at_, end + 1 - at_));
                at_ = end + 1;
                return observed_tensor_type(std::move(word));
            }
            if ((word == "Enum" || word == "InterfaceType") && take('<')) {
                TypePtr type = nominal_type(qualified_name());
                expect('>');
                return type;
            }
            if (word.find('.') != std::string::npos) return nominal_type(word);
        }
        if (word.find('.') == std::string::npos) return named_type(word);
        // An object of a class that nothing here makes is opaque.
        const ClassTypePtr known = library_class(word);
        return known ? TypePtr(known) : simple_type(TypeKind::Capsule);
    }

    /// The brackets behind a type, and the length that may stand in them.
    void list_suffix(Argument& out) {
        skip();
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), out.fixed_length);
        if (error == std::errc()) {
            at_ = end - text_.data();
        } else {
            out.fixed_length = 0;
        }
        expect(']');
        out.type = list_type(out.type);
        if (!out.alias) return;
        AliasInfo outer;
        outer.contained.push_back(std::move(*out.alias));
        out.alias = std::move(outer);
    }

    /// A type with its alias annotations, list suffixes and fixed length. Only what follows a type at once belongs to
    /// it: a "(" after a space would open something else.
    Argument typed() {
        if (++depth_ > 64) fail("a type nested less deeply");
        skip();
        const size_t start = at_;
        Argument out;
        out.type = plain_type();
        for (;;) {
            if (take_at_once('(')) {
                out.alias = alias();
            } else if (take_at_once('[')) {
                list_suffix(out);
            } else if (take_at_once('?')) {
                out.type = optional_type(out.type);
            } else {
                break;
            }
        }
        out.written_type = std::string(text_.substr(start, at_ - start));
        --depth_;
        return out;
    }

    Argument argument(bool kwarg_only) {
        Argument out = typed();
        out.kwarg_only = kwarg_only;
        out.name = identifier("an argument name");
        out.is_out = kwarg_only && out.alias && out.alias->is_write;
        if (take('=')) out.default_value = default_value(out.type, out.fixed_length);
        return out;
    }

    Argument result() {
        Argument out = typed();
        const char next = peek();
        if (is_word(next)) out.name = identifier("a result name");
        return out;
    }

    IValue default_value(const TypePtr& type, int32_t fixed_length) {
        const TypePtr& inner = type->is(TypeKind::Optional) ? type->contained(0) : type;
        if (take("None")) return IValue();
        if (inner->is(TypeKind::List)) {
            const TypePtr& element = inner->contained(0);
            std::vector<IValue> items;
            if (take('[')) {
                items_until(']', [&] { items.push_back(single_value(element)); });
            } else {
                items.assign(std::max(fixed_length, 1), single_value(element));
            }
            return make_list(element, std::move(items));
        }
        return single_value(inner);
    }

    IValue single_value(const TypePtr& type) {
        const char c = peek();
        if (c == '"' || c == '\'') {
            std::string text = quoted();
            return type->is(TypeKind::Device) ? IValue(Device::parse(text)) : IValue(std::move(text));
        }
        if (!std::isalpha(static_cast<unsigned char>(c))) return number(type);
        const std::string word = identifier("a value");
        IValue value = constant_of_name(word);
        if (value.is_none() && word != "None") fail("a default value");
        return value;
    }

    std::string quoted() {
        static constexpr std::string_view kNames = "nrtfv";
        static constexpr std::string_view kCharacters = "\n\r\t\f\v";
        const char quote = text_[at_++];
        std::string value;
        for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
                const size_t known = kNames.find(text_[++at_]);
                value += known == kNames.npos ? text_[at_] : kCharacters[known];
            } else {
                value += text_[at_];
            }
        }
        if (at_ >= text_.size()) fail("a closing quote");
        ++at_;
        return value;
    }

    IValue number(const TypePtr& type) {
        const size_t start = at_;
        bool real = false;
        while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.' ||
                                      text_[at_] == '-' || text_[at_] == '+')) {
            real |= text_[at_] == '.' || text_[at_] == 'e' || text_[at_] == 'i';
            ++at_;
        }
        const std::string word(text_.substr(start, at_ - start));
        if (word.empty()) fail("a default value");
        if (word == "-inf") return -INFINITY * 1.0;
        if (real || type->is(TypeKind::Float)) {
            char* end = nullptr;
            const double value = std::strtod(word.c_str(), &end);
            if (*end) fail("a number");
            return value;
        }
        int64_t value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (error != std::errc() || end != word.data() + word.size()) fail("a number");
        return value;
    }

    const Resolver* resolve_;
    std::shared_ptr<const Source> source_;
    std::string_view text_;
    size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

Schema parse_schema(std::string_view text) { return SchemaParser(text).parse(); }

TypePtr parse_graph_type(std::string_view& text, const std::function<TypePtr(const std::string&)>& resolve) {
    // Types stand on one line; the rest of a long text need not be copied for every one of them.
    size_t length = 0;
    TypePtr type = SchemaParser(text.substr(0, text.find('\n')), &resolve).parse_leading_type(length);
    text.remove_prefix(length);
    return type;
}

}  // namespace wick::jit
