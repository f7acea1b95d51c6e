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

// Reading ---------------------------------------------------------------------------------------------------------

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
            while (!take(')')) {
                if (take("...")) {
                    schema.is_varret = true;
                } else {
                    schema.returns.push_back(result());
                }
                if (!take(',')) {
                    expect(')');
                    break;
                }
            }
        } else {
            schema.returns.push_back(result());
        }
        if (peek() != 0) fail("the end of the schema");
        return schema;
    }

    TypePtr parse_type() {
        Argument argument = typed();
        if (peek() != 0) fail("the end of the type");
        return argument.type;
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
    static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
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
            if (word == known) return type;
        }
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
        while (!take(')')) {
            fields.push_back(identifier("a field's name"));
            expect(':');
            types.push_back(typed().type);
            if (take('=')) defaults.push_back(default_value(types.back(), 0));
            if (!take(',')) {
                expect(')');
                break;
            }
        }
        return named_tuple_type("NamedTuple", std::move(fields), std::move(types), std::move(defaults));
    }

    TypePtr nominal_type(const std::string& name) {
        TypePtr type = (*resolve_)(name);
        if (!type) fail(fmt::format("a known type, not '{}',", name));
        return type;
    }

    std::vector<TypePtr> type_list(char close) {
        std::vector<TypePtr> types;
        while (!take(close)) {
            types.push_back(typed().type);
            if (!take(',')) {
                expect(close);
                break;
            }
        }
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

    /// A type with its alias annotations, list suffixes and fixed length.
    Argument typed() {
        if (++depth_ > 64) fail("a type nested less deeply");
        skip();
        const size_t start = at_;
        Argument out;
        if (take('(')) {
            out.type = tuple_type(type_list(')'));
        } else {
            std::string word = qualified_name();
            if (word == "Dict" && take('(')) {
                std::vector<TypePtr> pair = type_list(')');
                if (pair.size() != 2) fail("a key and a value type");
                out.type = dict_type(pair[0], pair[1]);
            } else if (resolve_ && word == "NamedTuple" && take('(')) {
                out.type = named_tuple();
            } else if ((word == "Future" || word == "Await" || word == "RRef") && (peek() == '(' || peek() == '[')) {
                std::vector<TypePtr> one = type_list(text_[at_++] == '(' ? ')' : ']');
                if (one.size() != 1) fail("one element type");
                out.type = word == "Future"  ? future_type(one[0])
                           : word == "Await" ? await_type(one[0])
                                             : rref_type(one[0]);
            } else if (word == "Union" && (peek() == '(' || peek() == '[')) {
                out.type = union_type(type_list(text_[at_++] == '(' ? ')' : ']'));
            } else if (resolve_ && is_element_type_name(word) && peek() == '(') {
                const size_t end = text_.find(')', at_);
                if (end == text_.npos) fail("')'");
                out.type = observed_tensor_type(word.append(text_.substr(at_, end + 1 - at_)));
                at_ = end + 1;
            } else if (resolve_ && (word == "Enum" || word == "InterfaceType") && take('<')) {
                out.type = nominal_type(qualified_name());
                expect('>');
            } else if (resolve_ && word.find('.') != std::string::npos) {
                out.type = nominal_type(word);
            } else if (word.find('.') != std::string::npos) {
                // An object of a class that nothing here makes is opaque.
                const ClassTypePtr known = library_class(word);
                out.type = known ? TypePtr(known) : simple_type(TypeKind::Capsule);
            } else {
                out.type = named_type(word);
            }
        }
        for (;;) {
            // "(a!)" directly after the type; a "(" after a space would open something else.
            if (at_ < text_.size() && text_[at_] == '(') {
                ++at_;
                out.alias = alias();
            } else if (at_ < text_.size() && text_[at_] == '[') {
                ++at_;
                skip();
                int32_t length = 0;
                const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), length);
                if (error == std::errc()) at_ = end - text_.data();
                out.fixed_length = length;
                expect(']');
                out.type = list_type(out.type);
                if (out.alias) {
                    AliasInfo outer;
                    outer.contained.push_back(std::move(*out.alias));
                    out.alias = std::move(outer);
                }
            } else if (at_ < text_.size() && text_[at_] == '?') {
                ++at_;
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
                while (!take(']')) {
                    items.push_back(number_or_word(element));
                    if (!take(',')) {
                        expect(']');
                        break;
                    }
                }
            } else {
                items.assign(std::max(fixed_length, 1), number_or_word(element));
            }
            return make_list(element, std::move(items));
        }
        return number_or_word(inner);
    }

    IValue number_or_word(const TypePtr& type) {
        const char c = peek();
        if (c == '"' || c == '\'') {
            ++at_;
            std::string value;
            for (; at_ < text_.size() && text_[at_] != c; ++at_) {
                static constexpr std::string_view kNames = "nrtfv";
                static constexpr std::string_view kCharacters = "\n\r\t\f\v";
                if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
                    const size_t known = kNames.find(text_[++at_]);
                    value += known == kNames.npos ? text_[at_] : kCharacters[known];
                } else {
                    value += text_[at_];
                }
            }
            if (at_ >= text_.size()) fail("a closing quote");
            ++at_;
            if (type->is(TypeKind::Device)) return Device::parse(value);
            return IValue(std::move(value));
        }
        if (std::isalpha(static_cast<unsigned char>(c))) {
            const std::string word = identifier("a value");
            if (word == "True") return true;
            if (word == "False") return false;
            if (word == "None") return IValue();
            if (word == "inf") return INFINITY * 1.0;
            if (word == "Mean") return 1;  // at::Reduction
            if (word == "Sum") return 2;
            if (word == "contiguous_format") return 0;
            if (word == "preserve_format") return 1;
            if (word == "channels_last") return 2;
            if (word == "strided") return 0;
            if (word == "long") return static_cast<int64_t>(DType::int64);
            if (word == "float") return static_cast<int64_t>(DType::float32);
            fail("a default value");
        }
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

// Writing ---------------------------------------------------------------------------------------------------------

/// As PyTorch prints it: characters without a glyph as escapes.
std::string format_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        constexpr std::string_view kEscaped = "\\\"\a\b\f\n\r\t\v", kLetters = "\\\"abfnrtv";
        const size_t at = kEscaped.find(c);
        if (at != std::string_view::npos) {
            out += '\\';
            out += kLetters[at];
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string format_default(const IValue& value) {
    if (value.is_none()) return "None";
    if (value.is_bool()) return value.to_bool() ? "True" : "False";
    if (value.is_int()) return fmt::format("{}", value.to_int());
    if (value.is_double()) {
        std::string text = fmt::format("{:.17g}", value.to_double());
        return text.find_first_of(".einf") == std::string::npos ? text + "." : text;
    }
    if (value.is_string()) return format_string(value.to_string());
    if (value.is_device()) return "\"" + value.to_device().str() + "\"";
    if (value.is_list()) {
        std::string out = "[";
        for (const IValue& item : value.to_list().items) out += (out.size() > 1 ? ", " : "") + format_default(item);
        return out + "]";
    }
    return "<" + std::string(value.tag_name()) + ">";
}

/// `int[2] padding=0` stands for [0, 0], and is printed so; lists of SymInt are spelled out.
std::string format_default(const Argument& argument) {
    const IValue& value = *argument.default_value;
    if (argument.fixed_length < 2 || !value.is_list() || !argument.written_type.starts_with("int["))
        return format_default(value);
    const std::vector<IValue>& items = value.to_list().items;
    if (items.size() < 2 ||
        !std::all_of(items.begin(), items.end(), [&](const IValue& item) { return item.equals(items[0]); }))
        return format_default(value);
    return format_default(items[0]);
}

std::string format_argument(const Argument& argument) {
    std::string out = argument.written_type.empty() ? argument.type->str() : argument.written_type;
    if (!argument.name.empty()) out += " " + argument.name;
    if (argument.default_value) out += "=" + format_default(argument);
    return out;
}

}  // namespace

Schema parse_schema(std::string_view text) { return SchemaParser(text).parse(); }
TypePtr parse_schema_type(std::string_view text) { return SchemaParser(text).parse_type(); }

TypePtr parse_graph_type(std::string_view& text, const std::function<TypePtr(const std::string&)>& resolve) {
    // Types stand on one line; the rest of a long text need not be copied for every one of them.
    size_t length = 0;
    TypePtr type = SchemaParser(text.substr(0, text.find('\n')), &resolve).parse_leading_type(length);
    text.remove_prefix(length);
    return type;
}

std::string Schema::str() const {
    std::string out = operator_name() + "(";
    bool first = true;
    bool star = false;
    auto separate = [&] {
        if (!first) out += ", ";
        first = false;
    };
    for (const Argument& argument : arguments) {
        if (argument.kwarg_only && !star) {
            separate();
            out += "*";
            star = true;
        }
        separate();
        out += format_argument(argument);
    }
    if (is_vararg) {
        separate();
        out += "...";
    }
    out += ") -> ";
    if (is_varret && returns.empty()) return out + "...";
    if (returns.size() == 1 && !is_varret) {
        // Parentheses keep a tuple, or a list of them, apart from a list of results.
        const std::string only = format_argument(returns[0]);
        return out + (only.starts_with('(') ? "(" + only + ")" : only);
    }
    out += "(";
    for (size_t i = 0; i < returns.size(); ++i) out += (i ? ", " : "") + format_argument(returns[i]);
    if (is_varret) out += ", ...";
    return out + ")";
}

int64_t Schema::find_argument(std::string_view wanted) const {
    for (size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i].name == wanted) return static_cast<int64_t>(i);
    }
    return -1;
}

bool Schema::is_mutable() const {
    for (const Argument& argument : arguments) {
        if (!argument.alias) continue;
        if (argument.alias->is_write) return true;
        for (const AliasInfo& inner : argument.alias->contained) {
            if (inner.is_write) return true;
        }
    }
    return false;
}

}  // namespace wick::jit
