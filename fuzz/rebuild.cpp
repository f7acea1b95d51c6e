#include "rebuild.h"

#include <wick/support/error.h>

#include "archive/zip.h"

namespace wick::fuzz {

std::string with_changed_record(std::string_view bytes, size_t choice,
                                const std::function<std::string(std::string_view)>& change) {
    std::string rebuilt;
    try {
        const archive::ZipReader reader(archive::Bytes{bytes.data(), bytes.size(), nullptr});
        if (reader.records().empty()) return "";
        const archive::ZipRecord& chosen = reader.records()[choice % reader.records().size()];
        archive::ZipWriter writer(archive::string_sink(rebuilt), reader.top_folder());
        for (const archive::ZipRecord& record : reader.records()) {
            const archive::Bytes contents = reader.read(record, archive::ZipReader::Verify::nothing);
            if (&record == &chosen)
                writer.add(record.name, change(contents.view()));
            else
                writer.add(record.name, contents.view());
        }
        writer.finish();
    } catch (const Error&) {
        return "";
    }
    return rebuilt;
}

}  // namespace wick::fuzz
