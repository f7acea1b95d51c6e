#include "ir/repr.h"

#include <cmath>

#include <wick/support/check.h>

namespace wick::jit {

void append_quoted(std::string& out, std::string_view text) {
    constexpr std::string_view kEscaped = "\\'\"\a\b\f\n\r\t\v";
    constexpr std::string_view kLetters = "\\'\"abfnrtv";
    out += '"';
    for (const char c : text) {
        if (const size_t at = kEscaped.find(c); at != std::string_view::npos) {
            out += '\\';
            out += kLetters[at];
        } else if (c >= ' ' && c <= '~') {
            out += c;
        } else {
            fmt::format_to(std::back_inserter(out), "\\{:03o}", static_cast<unsigned char>(c));
        }
    }
    out += '"';
}

std::string repr(double value) {
    constexpr double kLargestInteger = 1e10;
    if (std::isfinite(value) && std::abs(value) < kLargestInteger && value == std::trunc(value)) {
        return fmt::format("{:.0f}.", value);
    }
    std::string text = fmt::format("{:.17g}", value);
    // PyTorch writes 1e10 as 10000000000, which reads back as an int.
    if (text.find_first_not_of("-0123456789") == text.npos) text += '.';
    return text;
}

std::string graph_str(const Type& type) {
    switch (type.kind()) {
        case TypeKind::List:
            return graph_str(*type.contained(0)) + "[]";
        case TypeKind::Optional:
            return graph_str(*type.contained(0)) + "?";
        case TypeKind::Future:
            return "Future[" + graph_str(*type.contained(0)) + "]";
        case TypeKind::RRef:
            return "RRef[" + graph_str(*type.contained(0)) + "]";
        case TypeKind::Tuple: {
            const TupleType& tuple = type.expect<TupleType>();
            const bool named = !tuple.field_names().empty();
            const size_t required = tuple.contained().size() - tuple.field_defaults().size();
            std::string out = named ? "NamedTuple(" : "(";
            for (size_t i = 0; i < tuple.contained().size(); ++i) {
                if (i > 0) out += ", ";
                if (named) out += tuple.field_names()[i] + " : ";
                out += graph_str(*tuple.contained(i));
                if (named && i >= required) {
                    const IValue& value = tuple.field_defaults()[i - required];
                    out += " = " + (value.is_string() ? value.to_string() : repr(value));
                }
            }
            return out + ")";
        }
        case TypeKind::AnyList:
        case TypeKind::AnyTuple:
            return type.annotation_str();
        default:
            return type.str();
    }
}

bool inferable_from_members(const Type& element) {
    switch (element.kind()) {
        case TypeKind::Union:
        case TypeKind::Optional:
        case TypeKind::Number:
        case TypeKind::Interface:
        case TypeKind::Any:
            return false;
        default:
            return true;
    }
}

namespace {

class Repr {
 public:
    Repr(std::string& out, FunctionRef<bool(std::string&, const IValue&)> special) : out_(out), special_(special) {}

    void value(const IValue& v) {
        if (special_(out_, v)) return;
        switch (v.tag()) {
            case IValue::Tag::None:
                out_ += "None";
                break;
            case IValue::Tag::Bool:
                out_ += v.to_bool() ? "True" : "False";
                break;
            case IValue::Tag::Int:
                out_ += std::to_string(v.to_int());
                break;
            case IValue::Tag::Double:
                out_ += repr(v.to_double());
                break;
            case IValue::Tag::Complex: {
                const std::complex<double> z = v.to_complex();
                fmt::format_to(std::back_inserter(out_), "{}{}{}j", repr(z.real()), z.imag() >= 0 ? "+" : "-",
                               repr(std::abs(z.imag())));
                break;
            }
            case IValue::Tag::String:
                append_quoted(out_, v.to_string());
                break;
            case IValue::Tag::Device:
                out_ += "torch.device(";
                append_quoted(out_, v.to_device().str());
                out_ += ')';
                break;
            case IValue::Tag::List: {
                const auto list = snapshot(v.to_list());
                const bool annotated = list->items.empty() || !inferable_from_members(*list->element_type);
                if (annotated) out_ += "annotate(" + v.type()->annotation_str() + ", ";
                sequence(list->items, "[", "]");
                if (annotated) out_ += ")";
                break;
            }
            case IValue::Tag::Tuple: {
                const std::vector<IValue>& elements = v.to_tuple().elements;
                sequence(elements, "(", elements.size() == 1 ? ",)" : ")");
                break;
            }
            case IValue::Tag::Dict: {
                const auto dict = snapshot(v.to_dict());
                const bool annotated = dict->size() == 0 || !inferable_from_members(*dict->value_type);
                if (annotated) out_ += "annotate(" + v.type()->annotation_str() + ",";
                dictionary(*dict);
                if (annotated) out_ += ")";
                break;
            }
            case IValue::Tag::Enum:
                out_ += v.to_enum().type->annotation_str() + "." + v.to_enum().name();
                break;
            default:
                out_ += '<';
                out_ += v.tag_name();
                out_ += '>';
        }
    }

 private:
    void enter() {
        constexpr int kMaxDepth = 100;
        WICK_CHECK(++depth_ <= kMaxDepth, "a constant is nested deeper than {}", kMaxDepth);
    }

    void sequence(const std::vector<IValue>& items, const char* open, const char* close) {
        enter();
        out_ += open;
        const char* delimiter = "";
        for (const IValue& item : items) {
            out_ += delimiter;
            value(item);
            delimiter = ", ";
        }
        out_ += close;
        --depth_;
    }

    void dictionary(const DictObject& dict) {
        enter();
        out_ += '{';
        const char* delimiter = "";
        for (const DictObject::Entry& entry : dict.entries()) {
            if (!entry.alive) continue;
            out_ += delimiter;
            value(entry.key);
            out_ += ": ";
            value(entry.value);
            delimiter = ", ";
        }
        out_ += '}';
        --depth_;
    }

    std::string& out_;
    FunctionRef<bool(std::string&, const IValue&)> special_;
    int depth_ = 0;
};

}  // namespace

void append_repr(std::string& out, const IValue& value, FunctionRef<bool(std::string&, const IValue&)> special) {
    Repr(out, special).value(value);
}

std::string repr(const IValue& value) {
    std::string out;
    append_repr(out, value, [](std::string&, const IValue&) { return false; });
    return out;
}

}  // namespace wick::jit
