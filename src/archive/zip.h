#pragma once
// The container of .pt files: a ZIP archive whose records all lie under one folder of arbitrary name.
//
// Layout, as PyTorch writes it and as ZipWriter does: for each record a local header, the extra field "FB" that pads
// the data to a 64-byte boundary of the file, the data itself (stored; texts may be deflated), a data descriptor; then
// the central directory, its zip64 form and the end record. All time stamps are zero, so equal contents give equal
// bytes.
//
// The reader trusts nothing: the central directory decides, local headers must agree with it, and no two records may
// share a byte. Errors are ArchiveErrors that name the record and the offset in the file.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "archive/bytes.h"

namespace wick::archive {

struct ZipRecord {
    std::string name;            ///< without the top folder: "data/0"
    uint64_t header_offset = 0;  ///< of the local header in the file
    uint64_t data_offset = 0;
    uint64_t stored_size = 0;  ///< bytes in the file
    uint64_t size = 0;         ///< bytes after inflating; stored_size for a stored record
    uint32_t crc = 0;
    bool deflated = false;
};

struct ZipLimits {
    uint64_t max_inflated = uint64_t{1} << 30;  ///< bytes that all deflated records together may become
    uint64_t max_ratio = 256;                   ///< of inflated to stored size, for records above one megabyte
};

class ZipReader {
 public:
    /// Reads and checks the whole directory.
    explicit ZipReader(Bytes file, ZipLimits limits = {});

    /// True when the bytes begin like a ZIP file.
    static bool looks_like_zip(const Bytes& file);

    const std::string& top_folder() const { return top_folder_; }
    /// In the order of the directory.
    const std::vector<ZipRecord>& records() const { return records_; }
    /// By name without the top folder; null when there is none.
    const ZipRecord* find(std::string_view name) const;

    enum class Verify { crc, nothing };
    /// The record's bytes: a slice of the file for a stored record, a fresh block for a deflated one (whose checksum is
    /// always verified).
    Bytes read(const ZipRecord& record, Verify verify = Verify::crc) const;
    /// As above, by name; ArchiveError when the archive has no such record.
    Bytes read(std::string_view name, Verify verify = Verify::crc) const;

    const Bytes& file() const { return file_; }

 private:
    struct Directory {
        uint64_t offset;
        uint64_t size;
        uint64_t count;
    };
    Directory find_directory() const;
    void read_directory(const Directory& directory);
    void locate_data(ZipRecord& record, std::string_view full_name, uint64_t directory_offset) const;
    void check_overlaps() const;
    Bytes inflate(const ZipRecord& record) const;

    Bytes file_;
    ZipLimits limits_;
    std::string top_folder_;
    std::vector<ZipRecord> records_;
    std::map<std::string, size_t, std::less<>> index_;
};

/// Streams an archive to a sink. Its top folder is "archive" (PyTorch names it after the file, and reads any name), so
/// that equal contents give equal bytes wherever they are saved.
class ZipWriter {
 public:
    explicit ZipWriter(Sink sink, std::string top_folder = "archive");

    /// Names must be new. Data begins at a multiple of 64 bytes.
    void add(const std::string& name, const void* data, size_t size);
    void add(const std::string& name, std::string_view text) { add(name, text.data(), text.size()); }
    /// A text worth compressing: deflated where that makes it smaller, unless a ZipReader would take it for a bomb.
    void add_deflated(const std::string& name, std::string_view text);
    /// 40 digits that tell archives apart: from the names of the records so far and from their checksums.
    std::string serialization_id() const;
    /// Writes the directory. No record can be added afterwards.
    void finish();

 private:
    struct Entry {
        std::string full_name;
        uint32_t crc;
        uint64_t stored_size;
        uint64_t size;
        uint64_t header_offset;
        bool deflated;
    };
    void emit(std::string_view bytes);
    /// A record for `contents` whose data are `stored`, which may be the contents themselves.
    void add(const std::string& name, std::string_view contents, std::string_view stored, bool deflated);

    Sink sink_;
    std::string top_folder_;
    uint64_t position_ = 0;
    uint64_t deflated_ = 0;  // bytes that all deflated records were before
    std::vector<Entry> entries_;
};

}  // namespace wick::archive
