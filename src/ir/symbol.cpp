#include "ir/symbol.h"

#include <deque>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace wick::jit {

namespace {

class SymbolTable {
 public:
    SymbolTable() {
#define _(name, text) add(text);
        WICK_FORALL_SYMBOLS(_)
#undef _
    }

    uint32_t intern(std::string_view text) {
        {
            std::shared_lock lock(mutex_);
            if (auto found = numbers_.find(text); found != numbers_.end()) return found->second;
        }
        std::unique_lock lock(mutex_);
        if (auto found = numbers_.find(text); found != numbers_.end()) return found->second;
        return add(text);
    }

    const std::string& text(uint32_t number) const {
        std::shared_lock lock(mutex_);
        return texts_[number];
    }

 private:
    uint32_t add(std::string_view text) {
        const uint32_t number = static_cast<uint32_t>(texts_.size());
        texts_.emplace_back(text);
        numbers_.emplace(texts_.back(), number);
        return number;
    }

    mutable std::shared_mutex mutex_;
    std::deque<std::string> texts_;  // stable addresses: numbers_ and callers refer into it
    std::unordered_map<std::string_view, uint32_t> numbers_;
};

SymbolTable& table() {
    static SymbolTable* symbols = new SymbolTable;  // outlives every static object that uses it
    return *symbols;
}

}  // namespace

Symbol Symbol::from(std::string_view text) {
    Symbol symbol;
    symbol.id_ = table().intern(text);
    return symbol;
}

const std::string& Symbol::str() const { return table().text(id_); }

std::string_view Symbol::ns() const {
    const std::string_view text = str();
    const size_t colons = text.find("::");
    return colons == std::string_view::npos ? std::string_view() : text.substr(0, colons);
}

std::string_view Symbol::unqualified() const {
    const std::string_view text = str();
    const size_t colons = text.find("::");
    return colons == std::string_view::npos ? text : text.substr(colons + 2);
}

}  // namespace wick::jit
