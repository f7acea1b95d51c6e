#include "archive/deflate.h"

#include <algorithm>
#include <zlib.h>

#include <wick/support/check.h>

namespace wick::archive {

static Bytef* zlib_bytes(std::string_view bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())); }

std::optional<std::string> inflated(std::string_view data, uint64_t size, DeflateFormat format) {
    constexpr int kGzip = 16;
    z_stream stream{};
    if (::inflateInit2(&stream, format == DeflateFormat::gzip ? kGzip + MAX_WBITS : -MAX_WBITS) != Z_OK)
        throw Error("not enough memory to decompress a record");
    std::string out(size, '\0');
    stream.next_in = zlib_bytes(data);
    stream.next_out = zlib_bytes(out);
    // zlib counts in 32 bits; the sizes need not fit.
    uint64_t input = data.size();
    uint64_t room = size;
    int status = Z_OK;
    do {
        const uInt in = static_cast<uInt>(std::min<uint64_t>(input, UINT32_MAX));
        const uInt space = static_cast<uInt>(std::min<uint64_t>(room, UINT32_MAX));
        stream.avail_in = in;
        stream.avail_out = space;
        status = ::inflate(&stream, Z_NO_FLUSH);
        input -= in - stream.avail_in;
        room -= space - stream.avail_out;
        if (in == stream.avail_in && space == stream.avail_out) break;
    } while (status == Z_OK);
    ::inflateEnd(&stream);
    if (status != Z_STREAM_END || room != 0) return std::nullopt;
    return out;
}

std::string deflated(std::string_view text) {
    z_stream stream{};
    if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        throw Error("not enough memory to compress a record");
    std::string out(::deflateBound(&stream, text.size()), '\0');
    stream.next_in = zlib_bytes(text);
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = zlib_bytes(out);
    stream.avail_out = static_cast<uInt>(out.size());
    const int status = ::deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    WICK_ASSERT(status == Z_STREAM_END);
    return out;
}

uint32_t checksum(std::string_view bytes) {
    return static_cast<uint32_t>(::crc32_z(0, zlib_bytes(bytes), bytes.size()));
}

}  // namespace wick::archive
