#include "archive/torch_save.h"

#include <wick/support/check.h>

#include "archive/tensor_records.h"

namespace wick::archive {

namespace {

IValue load_zip(const Bytes& file) {
    const ZipReader zip(file);
    if (zip.find("constants.pkl"))
        throw ArchiveError("constants.pkl", -1, "this is a TorchScript archive, not a torch.save file");
    check_byte_order(zip);
    UnpickleOptions options;
    options.read_storage = storage_reader(zip, "data/");
    return unpickle("data.pkl", zip.read("data.pkl").view(), options);
}

// The legacy stream: five pickles (a magic number, a protocol number, facts about the system, the value, the keys of
// its storages), then for each key the number of elements and the bytes.

/// PROTO 2, LONG1 of ten bytes, STOP: the pickle of 0x1950a86a20f9469cfc6c.
constexpr std::string_view kLegacyMagic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
constexpr int64_t kLegacyProtocol = 1001;

class LegacyReader {
 public:
    explicit LegacyReader(const Bytes& file) : file_(file.view()), at_(kLegacyMagic.size()) {}

    IValue read() {
        if (const IValue protocol = next("protocol number"); !protocol.is_int() || protocol.to_int() != kLegacyProtocol)
            fail("the protocol number of the legacy format is not 1001");
        const IValue system = next("system information");
        const IValue* little = system.is_dict() ? system.to_dict().find(IValue("little_endian")) : nullptr;
        if (!little || !little->is_bool() || !little->to_bool()) fail("only little-endian files are supported");

        UnpickleOptions options;
        options.read_storage = [&](const StorageKey& key) { return announce(key); };
        IValue value = next("value", options);
        const IValue keys = next("storage keys");
        if (!keys.is_list()) fail("the list of storage keys is missing");
        for (const IValue& key : keys.to_list().items) fill(key);
        for (const auto& [key, storage] : storages_) {
            if (!storage.filled) fail(fmt::format("the data of storage '{}' is missing", key));
        }
        return value;
    }

 private:
    struct Announced {
        IntrusivePtr<Storage> storage;
        int64_t itemsize;
        bool filled = false;
    };

    [[noreturn]] void fail(const std::string& message) const {
        throw ArchiveError("", static_cast<int64_t>(at_), message);
    }

    IValue next(const char* what, const UnpickleOptions& options = {}) {
        size_t consumed = 0;
        IValue value = unpickle(what, file_.substr(at_), options, &consumed);
        at_ += consumed;
        return value;
    }

    /// The bytes come after the value: reserve them, but never more in all than the file can hold.
    IntrusivePtr<Storage> announce(const StorageKey& key) {
        const int64_t bytes = key.numel * bytes_of(key.dtype);
        if (bytes > static_cast<int64_t>(file_.size()) - announced_bytes_)
            fail(fmt::format("storage '{}' is larger than the file", key.key));
        announced_bytes_ += bytes;
        IntrusivePtr<Storage> storage = Storage::allocate(bytes);
        storages_[key.key] = {storage, bytes_of(key.dtype)};
        return storage;
    }

    void fill(const IValue& key) {
        const auto found = key.is_string() ? storages_.find(key.to_string()) : storages_.end();
        if (found == storages_.end() || found->second.filled) fail("a storage key that the value does not use");
        if (file_.size() - at_ < sizeof(int64_t)) fail("the file is cut off");
        const int64_t numel = load_le<int64_t>(file_.data() + at_);
        at_ += sizeof(int64_t);
        Storage& storage = *found->second.storage;
        if (numel != storage.bytes() / found->second.itemsize)
            fail(fmt::format("storage '{}' has {} elements, not {}", found->first, numel,
                             storage.bytes() / found->second.itemsize));
        const size_t bytes = static_cast<size_t>(storage.bytes());
        if (file_.size() - at_ < bytes) fail(fmt::format("the data of storage '{}' is cut off", found->first));
        if (bytes > 0) std::memcpy(storage.data(), file_.data() + at_, bytes);
        at_ += bytes;
        found->second.filled = true;
    }

    const std::string_view file_;
    size_t at_;
    int64_t announced_bytes_ = 0;
    std::map<std::string, Announced> storages_;
};

void write(const IValue& value, const Sink& sink) {
    ZipWriter zip(sink);
    Pickler pickler(PickleDialect::plain);
    write_pickled(zip, "data", "data/", value, pickler, false);
    zip.add("byteorder", "little");
    zip.add("version", "3\n");
    zip.finish();
}

}  // namespace

IValue load_torch_bytes(const Bytes& file) {
    if (file.view().substr(0, kLegacyMagic.size()) == kLegacyMagic) return LegacyReader(file).read();
    if (!ZipReader::looks_like_zip(file))
        throw ArchiveError("", 0,
                           "not a file that torch.save wrote: neither a ZIP archive nor PyTorch's legacy format");
    return load_zip(file);
}

IValue load_torch_file(const std::string& path) { return load_torch_bytes(map_file(path)); }

void save_torch_file(const IValue& value, const std::string& path) {
    AtomicFile file(path);
    write(value, file.sink());
    file.commit();
}

std::string save_torch_bytes(const IValue& value) {
    std::string out;
    write(value, string_sink(out));
    return out;
}

}  // namespace wick::archive
