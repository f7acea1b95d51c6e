#include "archive/tensor_records.h"

#include <wick/support/check.h>

namespace wick::archive {

std::function<IntrusivePtr<Storage>(const StorageKey&)> storage_reader(const ZipReader& zip, std::string folder) {
    return [&zip, folder = std::move(folder)](const StorageKey& key) {
        const std::string name = folder + key.key;
        if (key.numel == 0 && !zip.find(name)) return Storage::allocate(0);
        const Bytes bytes = zip.read(name, ZipReader::Verify::nothing);
        const int64_t size = static_cast<int64_t>(bytes.size);
        const int64_t wanted = key.numel * bytes_of(key.dtype);
        if (size < wanted)
            throw ArchiveError(name, size,
                               fmt::format("the record has {} bytes, but {} elements of {} need {}", size, key.numel,
                                           scalar_name_of(key.dtype), wanted));
        if (reinterpret_cast<uintptr_t>(bytes.data) % static_cast<uintptr_t>(bytes_of(key.dtype)) == 0) {
            return Storage::wrap(
                const_cast<char*>(bytes.data), size, [owner = bytes.owner] {}, true);
        }
        IntrusivePtr<Storage> copy = Storage::allocate(size);
        std::memcpy(copy->data(), bytes.data, bytes.size);
        return copy;
    };
}

void check_byte_order(const ZipReader& zip) {
    const ZipRecord* record = zip.find("byteorder");
    if (!record) return;
    const Bytes order = zip.read(*record);
    if (order.view() != "little")
        throw ArchiveError(record->name, 0, "tensors in another byte order than little-endian are not supported");
}

void write_pickled(ZipWriter& zip, const std::string& name, const std::string& folder, const IValue& value,
                   Pickler& pickler, bool tensors_first) {
    const std::string pickle = pickler.pickle(value);
    if (!tensors_first) zip.add(name + ".pkl", pickle);
    for (size_t i = 0; i < pickler.storages().size(); ++i) {
        const Storage& storage = *pickler.storages()[i];
        zip.add(folder + std::to_string(i), storage.data(), static_cast<size_t>(storage.bytes()));
    }
    if (tensors_first) zip.add(name + ".pkl", pickle);
}

}  // namespace wick::archive
