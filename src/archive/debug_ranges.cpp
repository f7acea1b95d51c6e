#include "archive/debug_ranges.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>

#include <wick/support/check.h>

#include "archive/pickler.h"
#include "archive/unpickler.h"

namespace wick::archive {

namespace {

constexpr std::string_view kStringTable = "FORMAT_WITH_STRING_TABLE";

class RowReader {
 public:
    explicit RowReader(const IValue* strings) : strings_(strings) {}

    DebugRow read(const IValue& row) {
        const auto& cells = row.to_tuple().elements;
        WICK_CHECK(cells.size() == 2 || cells.size() == 3, "a row of {} cells", cells.size());
        // The tag stands before or after the range, depending on the version.
        const auto& range = cells[cells[1].is_tuple() ? 1 : cells.size() - 1].to_tuple().elements;
        WICK_CHECK(range.size() == 3, "a range of {} parts", range.size());
        const std::shared_ptr<const Source> source = read_source(range[0]);
        const int64_t size = source ? static_cast<int64_t>(source->text().size()) : 0;
        const int64_t begin = std::clamp<int64_t>(range[1].to_int(), 0, size);
        const int64_t end = std::clamp<int64_t>(range[2].to_int(), begin, size);
        return {cells[0].to_int(), source ? SourceRange(source, begin, end) : SourceRange()};
    }

 private:
    const std::string& string(const IValue& number) const {
        const auto& strings = strings_->to_tuple().elements;
        const int64_t i = number.to_int();
        WICK_CHECK(i >= 0 && i < static_cast<int64_t>(strings.size()), "string {} of {}", i, strings.size());
        return strings[i].to_string();
    }

    std::string text(const IValue& cell) const {
        if (!strings_) return cell.to_string();
        std::string whole;
        for (const IValue& number : cell.to_list().items) {
            whole += string(number);
            // The lines are shared, so a small table could spell an endless text.
            WICK_CHECK(whole.size() <= kMaxText, "a source text of more than {} bytes", kMaxText);
        }
        return whole;
    }

    /// Null for the source of a place that came from nowhere.
    std::shared_ptr<const Source> read_source(const IValue& cell) {
        auto [known, is_new] = sources_.emplace(cell.pointer(), nullptr);
        if (!is_new) return known->second;
        const auto& parts = cell.to_tuple().elements;
        WICK_CHECK(parts.size() >= 3, "a source of {} parts", parts.size());
        std::string name;
        if (!parts[1].is_none()) name = strings_ ? string(parts[1]) : parts[1].to_string();
        std::string code = text(parts[0]);
        total_ += code.size();
        WICK_CHECK(total_ <= kMaxText, "source texts of more than {} bytes", kMaxText);
        if (!code.empty() || !name.empty())
            known->second = std::make_shared<Source>(std::move(code), std::move(name), parts[2].to_int());
        return known->second;
    }

    static constexpr size_t kMaxText = size_t{64} << 20;
    const IValue* strings_;
    size_t total_ = 0;
    std::unordered_map<const RefCounted*, std::shared_ptr<const Source>> sources_;
};

}  // namespace

std::vector<DebugRow> read_debug_rows(const std::string& record, std::string_view bytes) {
    const IValue value = unpickle(record, bytes);
    try {
        const auto& whole = value.to_tuple().elements;
        const bool has_table = whole.size() == 3 && whole[0].is_string() && whole[0].to_string() == kStringTable;
        RowReader reader(has_table ? &whole[1] : nullptr);
        std::vector<DebugRow> rows;
        for (const IValue& row : has_table ? whole[2].to_tuple().elements : whole) rows.push_back(reader.read(row));
        const auto before = [](const DebugRow& a, const DebugRow& b) { return a.offset < b.offset; };
        if (!std::is_sorted(rows.begin(), rows.end(), before)) std::stable_sort(rows.begin(), rows.end(), before);
        return rows;
    } catch (const OpError& error) {
        throw ArchiveError(record, -1, fmt::format("not a table of source ranges: {}", error.what()));
    }
}

Source::Origin origin_of(std::vector<DebugRow> rows) {
    return [rows = std::move(rows)](int64_t offset) {
        const auto after = std::upper_bound(rows.begin(), rows.end(), offset,
                                            [](int64_t at, const DebugRow& row) { return at < row.offset; });
        return after == rows.begin() ? SourceRange() : std::prev(after)->range;
    };
}

Source::Origin origin_in(std::string record, Bytes bytes) {
    struct Unread {
        std::once_flag once;
        std::string record;
        Bytes bytes;
        Source::Origin origin;
    };
    auto unread = std::make_shared<Unread>();
    unread->record = std::move(record);
    unread->bytes = std::move(bytes);
    return [unread](int64_t offset) {
        std::call_once(unread->once, [&] {
            try {
                unread->origin = origin_of(read_debug_rows(unread->record, unread->bytes.view()));
            } catch (const ArchiveError&) {
            }
            unread->bytes = {};
        });
        return unread->origin ? unread->origin(offset) : SourceRange();
    };
}

int64_t DebugTags::of(const SourceRange& range) {
    return tags_
        .emplace(std::tuple(range.source().get(), range.begin(), range.end()), static_cast<int64_t>(tags_.size()))
        .first->second;
}

std::string write_debug_rows(const std::vector<DebugRow>& rows, DebugTags& tags) {
    std::map<std::string, int64_t> numbers;
    std::vector<IValue> strings;
    auto number_of = [&](const std::string& text) {
        const auto [entry, is_new] = numbers.emplace(text, static_cast<int64_t>(strings.size()));
        if (is_new) strings.emplace_back(text);
        return entry->second;
    };
    number_of("");

    std::unordered_map<const Source*, IValue> sources;
    auto source_of = [&](const SourceRange& range) -> const IValue& {
        IValue& cell = sources[range.source().get()];
        if (!cell.is_none()) return cell;
        std::vector<int64_t> lines;
        if (!range.known()) return cell = make_tuple({IValue(lines), IValue(0), IValue(0)});
        const std::string& text = range.source()->text();
        size_t at = 0;
        for (size_t end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
            lines.push_back(number_of(text.substr(at, end + 1 - at)));
        }
        lines.push_back(number_of(text.substr(at)));
        return cell = make_tuple(
                   {IValue(lines), IValue(number_of(range.source()->name())), IValue(range.source()->line_of(0))});
    };

    std::vector<IValue> cells;
    for (const DebugRow& row : rows) {
        IValue range = make_tuple({source_of(row.range), IValue(row.range.begin()), IValue(row.range.end())});
        cells.push_back(make_tuple({IValue(row.offset), std::move(range), IValue(tags.of(row.range))}));
    }
    return Pickler(PickleDialect::script)
        .pickle(make_tuple({IValue(kStringTable), make_tuple(std::move(strings)), make_tuple(std::move(cells))}));
}

}  // namespace wick::archive
