#include "mutator.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace wick::fuzz {
namespace {

/// [begin, end) of the words (runs of letters, digits and underscores; any other byte alone) of a text.
std::vector<std::pair<size_t, size_t>> words_of(std::string_view text) {
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    std::vector<std::pair<size_t, size_t>> words;
    for (size_t begin = 0; begin < text.size();) {
        size_t end = begin + 1;
        while (is_word(text[begin]) && end < text.size() && is_word(text[end])) ++end;
        words.emplace_back(begin, end);
        begin = end;
    }
    return words;
}

std::vector<std::pair<size_t, size_t>> lines_of(std::string_view text) {
    std::vector<std::pair<size_t, size_t>> lines;
    for (size_t begin = 0; begin < text.size();) {
        const size_t newline = text.find('\n', begin);
        const size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
        lines.emplace_back(begin, end);
        begin = end;
    }
    return lines;
}

constexpr std::string_view kWords[] = {"None",  "0",     "-1",     "9223372036854775807",
                                       "1e400", "x",     "self",   "(",
                                       ")",     "[",     "]",      ":",
                                       ",",     "\"",    "Tensor", "int",
                                       "List",  "while", "return", "Optional",
                                       "def",   "{",     "}",      "lambda",
                                       "class", "torch", "@",      "\n",
                                       "    ",  "\xff",  "%",      "->"};

}  // namespace

size_t Mutator::below(size_t bound) {
    // Knuth's MMIX generator; its upper bits are the good ones.
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return bound == 0 ? 0 : static_cast<size_t>(state_ >> 33) % bound;
}

void Mutator::change_bytes(std::string& out, std::string_view other) {
    if (out.empty()) {
        out = std::string(other.substr(0, below(other.size())));
        return;
    }
    const size_t at = below(out.size());
    const size_t count = std::min(out.size() - at, 1 + below(64));
    switch (below(8)) {
        case 0:
            out.resize(at);
            break;
        case 1:
        case 2:
            out[at] ^= static_cast<char>(1u << below(8));
            break;
        case 3:
            out[at] = static_cast<char>(below(256));
            break;
        case 4: {
            // A little-endian number of 1, 2, 4 or 8 bytes at its limits.
            const size_t width = size_t{1} << below(4);
            const char fill = below(2) ? '\xff' : '\0';
            for (size_t i = at; i < std::min(out.size(), at + width); ++i) out[i] = fill;
            if (below(2) && at + width <= out.size()) out[at + width - 1] = '\x7f';
            break;
        }
        case 5:
            out.erase(at, count);
            break;
        case 6:
            out.insert(below(out.size()), out.substr(at, count));
            break;
        case 7:
            if (!other.empty()) out.replace(at, count, other.substr(below(other.size()), 1 + below(64)));
            break;
    }
}

void Mutator::change_text(std::string& out, std::string_view other) {
    const auto pick = [&](const auto& pieces) { return pieces[below(pieces.size())]; };
    const bool by_line = below(3) == 0;
    const auto pieces = by_line ? lines_of(out) : words_of(out);
    const auto others = by_line ? lines_of(other) : words_of(other);
    if (pieces.empty() || others.empty()) return;
    const auto [begin, end] = pick(pieces);
    const auto [from, to] = pick(others);
    const auto [same_begin, same_end] = pick(pieces);
    switch (below(by_line ? 7 : 6)) {
        case 0:
            out.erase(begin, end - begin);
            break;
        case 1:
            out.replace(begin, end - begin, other.substr(from, to - from));
            break;
        case 2:
            out.insert(begin, other.substr(from, to - from));
            break;
        case 3:
            out.replace(begin, end - begin, out.substr(same_begin, same_end - same_begin));
            break;
        case 4:
            out.replace(begin, end - begin, kWords[below(std::size(kWords))]);
            break;
        case 5: {
            // The two change places, the later first.
            auto early = std::pair(begin, end), late = std::pair(same_begin, same_end);
            if (late < early) std::swap(early, late);
            const std::string first = out.substr(early.first, early.second - early.first);
            out.replace(early.first, early.second - early.first, out.substr(late.first, late.second - late.first));
            if (early != late) {
                const size_t moved = late.second - late.first - first.size();
                out.replace(late.first + moved, late.second - late.first, first);
            }
            break;
        }
        case 6:
            // Deeper by one level, or less deep.
            if (below(2)) {
                out.insert(begin, "    ");
            } else {
                out.erase(begin, std::min(out.find_first_not_of(' ', begin), begin + 4) - begin);
            }
            break;
    }
}

std::string Mutator::bytes(std::string_view input, std::string_view other) {
    std::string out(input);
    for (size_t left = 1 + below(4); left > 0; --left) change_bytes(out, other);
    return out;
}

std::string Mutator::text(std::string_view input, std::string_view other) {
    std::string out(input);
    for (size_t left = 1 + below(4); left > 0; --left) change_text(out, other);
    return out;
}

}  // namespace wick::fuzz
