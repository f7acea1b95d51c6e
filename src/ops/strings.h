#pragma once
// What several operators on strings, and the interpreter, share.

#include <array>
#include <string>
#include <string_view>

#include <wick/support/memory_meter.h>
#include <wick/types/ivalue.h>

namespace wick::jit {

/// The string of one byte; programs that go through text make many. There are 256 of them, made once and never counted.
inline const IValue& character(char byte) {
    static const auto table = [] {
        std::array<IValue, 256> strings;
        for (size_t i = 0; i < strings.size(); ++i) {
            const auto object = make_intrusive<StringObject>(std::string(1, static_cast<char>(i)));
            object->make_immortal();
            strings[i] = IValue(object);
        }
        return strings;
    }();
    return table[static_cast<unsigned char>(byte)];
}

inline IValue concat_strings(std::string_view a, std::string_view b) {
    check_memory(static_cast<int64_t>(a.size() + b.size()));
    // Made where it stays.
    auto result = make_intrusive<StringObject>();
    result->value.reserve(a.size() + b.size());
    result->value.append(a).append(b);
    return result;
}

}  // namespace wick::jit
