#include "cli/plain_value.h"

#include <wick/support/check.h>

#include "ops/tensor_ops.h"

namespace wick::cli {

static IValue plain(const IValue& value, int depth) {
    WICK_CHECK(depth < 1000, "the result is nested too deeply to be written");
    const auto all = [&](const std::vector<IValue>& items) {
        std::vector<IValue> out;
        for (const IValue& item : items) out.push_back(plain(item, depth + 1));
        return out;
    };
    switch (value.tag()) {
        case IValue::Tag::Tensor:
            return ops::clone(value.to_tensor(), MemoryFormat::contiguous);
        case IValue::Tag::List:
            return make_list(value.to_list().element_type, all(value.to_list().items));
        case IValue::Tag::Tuple:
            return make_tuple(all(value.to_tuple().elements));
        case IValue::Tag::Dict: {
            auto dict = make_dict(value.to_dict().key_type, value.to_dict().value_type);
            for (const auto& [key, item] : value.to_dict().items())
                dict->set(plain(key, depth + 1), plain(item, depth + 1));
            return dict;
        }
        case IValue::Tag::Object: {
            const ScriptObject& object = value.to_object();
            auto dict = make_dict(jit::string_type(), jit::any_type());
            const auto& attributes = object.type->attributes();
            for (size_t i = 0; i < attributes.size(); ++i)
                dict->set(IValue(attributes[i].name), plain(object.slot(i), depth + 1));
            return dict;
        }
        case IValue::Tag::Enum:
            return value.to_enum().value();
        case IValue::Tag::Future:
            return plain(value.to_future().wait(), depth + 1);
        case IValue::Tag::Await:
            return plain(value.to_await().wait(), depth + 1);
        default:
            return value;
    }
}

IValue plain_value(const IValue& value) { return plain(value, 0); }

}  // namespace wick::cli
