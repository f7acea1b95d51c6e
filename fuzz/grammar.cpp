#include "grammar.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace wick::fuzz {

Grammar::Grammar(std::string_view text) {
    std::vector<std::vector<std::string>> ways;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, end - begin);
        begin = end + 1;
        if (line.empty() || line[0] == '#') continue;
        if (line[0] == '|') {
            ways.back().emplace_back(line.substr(1));
        } else if (line.starts_with("  ")) {
            ways.back().back().append("\n").append(line.substr(2));
        } else {
            names_.emplace(line, static_cast<int>(ways.size()));
            ways.emplace_back();
        }
    }
    for (const auto& texts : ways) {
        Rule& rule = rules_.emplace_back();
        for (const std::string& way : texts) {
            const bool wild = way.starts_with('*');
            rule.ways.push_back(parsed(std::string_view(way).substr(wild ? 2 : 1)));
            rule.ways.back().wild = wild;
        }
    }
    measure();
}

Grammar::Way Grammar::parsed(std::string_view text) const {
    Way way;
    std::string before;
    for (size_t at = 0; at < text.size();) {
        // What stands in braces and is no symbol is a part of the text.
        const size_t close = text[at] == '{' ? text.find_first_of("{}", at + 1) : text.npos;
        const std::string_view name =
            close == text.npos || text[close] == '{' ? "" : text.substr(at + 1, close - at - 1);
        const auto rule = names_.find(name);
        const int symbol = name == "define"       ? kDefine
                           : name == "callee"     ? kCallee
                           : name == "class"      ? kClass
                           : rule != names_.end() ? rule->second
                                                  : kEnd;
        if (symbol == kEnd) {
            before += text[at++];
            continue;
        }
        way.pieces.push_back({std::exchange(before, {}), symbol});
        at = close + 1;
    }
    way.pieces.push_back({std::move(before), kEnd});
    return way;
}

void Grammar::measure() {
    for (bool falls = true; falls;) {
        falls = false;
        for (Rule& rule : rules_) {
            for (Way& way : rule.ways) {
                int height = 0;
                for (const Piece& piece : way.pieces) {
                    if (piece.symbol >= 0) height = std::max(height, rules_[static_cast<size_t>(piece.symbol)].height);
                }
                if (height + 1 >= way.height) continue;
                way.height = height + 1;
                rule.height = std::min(rule.height, way.height);
                if (!way.wild) rule.plain_height = std::min(rule.plain_height, way.height);
                falls = true;
            }
        }
    }
    for (const auto& [name, index] : names_) {
        if (rules_[static_cast<size_t>(index)].height == kEndless)
            throw std::runtime_error("grammar: no end to '" + name + "'");
    }
}

class Grammar::Writer {
 public:
    Writer(const Grammar& grammar, std::string_view choices) : grammar_(grammar), choices_(choices) {}

    std::string out;

    size_t choose(size_t count) {
        if (count < 2 || at_ == choices_.size()) return 0;
        return static_cast<unsigned char>(choices_[at_++]) % count;
    }

    void write(int symbol, int budget, bool wild, size_t indentation) {
        const Rule& rule = grammar_.rules_[static_cast<size_t>(symbol)];
        wild = wild || rule.plain_height == kEndless;
        const int limit = std::max(at_ < choices_.size() ? budget : 0, wild ? rule.height : rule.plain_height);
        const auto fits = [&](const Way& way) { return way.height <= limit && (wild || !way.wild); };
        size_t left = choose(static_cast<size_t>(std::ranges::count_if(rule.ways, fits)));
        const auto way =
            std::ranges::find_if(rule.ways, [&](const Way& candidate) { return fits(candidate) && left-- == 0; });
        std::string defined;
        for (const Piece& piece : way->pieces) {
            size_t inner = put(piece.text, indentation);
            switch (piece.symbol) {
                case kEnd:
                    break;
                case kDefine:
                    out += defined = "f" + std::to_string(names_++);
                    break;
                case kCallee:
                    out += functions_.empty() ? "f0" : functions_[choose(functions_.size())];
                    break;
                case kClass:
                    out += "Box";
                    break;
                default: {
                    const size_t turn = choose(6);
                    write(piece.symbol, budget - 1 - static_cast<int>(turn % 3), way->wild && turn < 4, inner);
                }
            }
        }
        if (!defined.empty()) functions_.push_back(std::move(defined));
    }

 private:
    /// Appends the text with its lines indented; the indentation of the line that it ends in.
    size_t put(std::string_view text, size_t indentation) {
        for (const char c : text) {
            out += c;
            if (c == '\n') out.append(indentation, ' ');
        }
        const size_t line = out.rfind('\n') + 1;
        return std::min(out.find_first_not_of(' ', line), out.size()) - line;
    }

    const Grammar& grammar_;
    const std::string_view choices_;
    size_t at_ = 0;
    int names_ = 0;
    std::vector<std::string> functions_;
};

std::string Grammar::write(std::string_view choices) const {
    Writer writer(*this, choices);
    writer.write(names_.at("program"), 4 + static_cast<int>(writer.choose(13)), true, 0);
    return std::move(writer.out);
}

}  // namespace wick::fuzz
