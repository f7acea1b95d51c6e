#pragma once
// Debug records (code/**.py.debug_pkl): which place of the author's files each place of the archive's code came from.
//
// A record is a pickled tuple of rows (byte offset in the code, tag, ((text, file name, first line), begin, end)),
// sorted by offset; a row covers the code up to the next row's offset. The oldest rows lack the tag; newer ones have it
// last. The newest form is ("FORMAT_WITH_STRING_TABLE", strings, rows), in which texts are lists of string numbers and
// file names are string numbers.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <wick/support/source_range.h>

#include "archive/bytes.h"

namespace wick::archive {

struct DebugRow {
    int64_t offset;
    SourceRange range;
};

/// Throws ArchiveError naming `record` when the rows have another form; ranges are clamped to their texts.
std::vector<DebugRow> read_debug_rows(const std::string& record, std::string_view bytes);

/// An origin for the source whose debug record holds `rows`: the row that covers an offset.
Source::Origin origin_of(std::vector<DebugRow> rows);

/// The same for a record that is read when somebody first asks: few ever do, and reading takes a tenth of the time in
/// which an archive loads. A record of another form tells no origins.
Source::Origin origin_in(std::string record, Bytes bytes);

/// Numbers of the distinct ranges of one archive, from 0 in the order of asking.
class DebugTags {
 public:
    int64_t of(const SourceRange& range);

 private:
    std::map<std::tuple<const Source*, int64_t, int64_t>, int64_t> tags_;
};

/// The record for the rows, in the string-table form.
std::string write_debug_rows(const std::vector<DebugRow>& rows, DebugTags& tags);

}  // namespace wick::archive
