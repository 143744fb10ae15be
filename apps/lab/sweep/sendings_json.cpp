#include "apps/lab/sweep/sendings_json.h"

#include <nlohmann/json.hpp>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr const char* kSchema = "branchline.lab_sendings/1";

}  // namespace

std::string to_json(const std::vector<SeenSending>& sendings) {
  nlohmann::ordered_json json = {{"schema", kSchema},
                                 {"sendings", nlohmann::ordered_json::array()}};
  for (const SeenSending& seen : sendings) {
    json["sendings"].push_back({{"unit", seen.value.unit},
                                {"output", seen.value.index},
                                {"codec", transport::name_of(seen.codec)},
                                {"bytes", seen.bytes},
                                {"encode_ns", seen.encode.count()}});
  }
  return json.dump(1) + '\n';
}

std::vector<SeenSending> sendings_from_json(const std::string& text, const std::string& name) {
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("schema") != kSchema) {
      throw InputError("is of another version", name, "remove it: it is measured anew");
    }
    std::vector<SeenSending> sendings;
    for (const auto& row : json.at("sendings")) {
      sendings.push_back(
          {{row.at("unit").get<std::int32_t>(), row.at("output").get<std::int32_t>()},
           transport::codec_from_name(row.at("codec").get<std::string>(), name),
           row.at("bytes").get<std::int64_t>(),
           Duration(row.at("encode_ns").get<Duration::rep>())});
    }
    return sendings;
  } catch (const nlohmann::json::exception& error) {
    throw InputError(error.what(), name, "remove it: it is measured anew");
  }
}

}  // namespace branchline::lab
