#pragma once
// Damage by a fixed sequence: the same seed always makes the same changes.

#include <cstdint>
#include <string>
#include <string_view>

namespace wick::fuzz {

class Mutator {
 public:
    explicit Mutator(uint64_t seed) : state_(seed * 2 + 1) {}

    /// A number in [0, bound).
    size_t below(size_t bound);
    /// The bytes with one to four changes: cut off, bits flipped, numbers put to their limits, pieces left out,
    /// repeated or exchanged with pieces of `other`.
    std::string bytes(std::string_view input, std::string_view other);
    /// The text with one to four changes to its words and lines; its tokens mostly stay whole.
    std::string text(std::string_view input, std::string_view other);

 private:
    void change_bytes(std::string& out, std::string_view other);
    void change_text(std::string& out, std::string_view other);
    uint64_t state_;
};

}  // namespace wick::fuzz
