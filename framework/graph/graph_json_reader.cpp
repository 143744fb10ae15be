#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "framework/base/error.h"
#include "framework/graph/graph_json.h"
#include "framework/graph/validate_graph.h"

namespace branchline::graph {
namespace {

/// Not ordered_json: that searches an object's fields one by one.
using Json = nlohmann::json;

/// Graphs need six levels; deeper files would end the stack of whatever recurses over them.
constexpr int kDeepestNesting = 64;

/// How deep lists and objects lie in each other. Counted beforehand: with a callback, the parser
/// takes the square of a list's length.
int nesting_of(const std::string& text) {
  int depth = 0, deepest = 0;
  bool in_text = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char letter = text[at];
    if (in_text && letter == '\\') ++at;
    if (letter == '"') in_text = !in_text;
    if (in_text) continue;
    if (letter == '[' || letter == '{') deepest = std::max(deepest, ++depth);
    if (letter == ']' || letter == '}') --depth;
  }
  return deepest;
}

Json parse_document(const std::string& text, const std::string& where) {
  if (nesting_of(text) > kDeepestNesting) {
    throw InputError("it nests deeper than " + std::to_string(kDeepestNesting) + " levels", where,
                     "see docs/schemas.md");
  }
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    throw InputError("it is no JSON: " + quotable(error.what(), 300), where, "see docs/schemas.md");
  }
}

/// Reads one document; every complaint names the file and the field.
class GraphReader {
 public:
  explicit GraphReader(const std::string& where) : where_(where) {}

  LayerGraph read(const Json& json) const {
    if (!json.is_object()) fail("the document is no JSON object", "see docs/schemas.md");
    const std::string schema = text(json, "schema", "the document", "");
    if (schema != kGraphSchema) {
      fail("schema is '" + quotable(schema) + "'",
           std::string("write \"schema\": \"") + kGraphSchema + '"');
    }
    LayerGraph graph;
    graph.name = text(json, "name", "the document", "");
    graph.digest = text(json, "digest", "the document", "");
    graph.batchable = flag(json, "batchable", "the document", false);
    for (const Json& unit : list(json, "units", "the document")) {
      graph.units.push_back(read_unit(unit, graph.units.size()));
    }
    graph.tiers = read_tiers(json, graph.units);
    for (const Json& exit : list(json, "exits", "the document")) {
      graph.exits.push_back(read_exit(exit, graph.exits.size()));
    }
    return graph;
  }

 private:
  [[noreturn]] void fail(const std::string& what, const std::string& fix) const {
    throw InputError(what, where_, fix);
  }

  const Json& field(const Json& json, const char* key, const std::string& owner) const {
    if (!json.is_object()) fail(owner + " is no JSON object", "see docs/schemas.md");
    const auto found = json.find(key);
    if (found == json.end()) {
      fail(owner + " has no field \"" + key + '"', "see docs/schemas.md");
    }
    return *found;
  }

  bool given(const Json& json, const char* key) const {
    return json.is_object() && json.contains(key) && !json[key].is_null();
  }

  std::string text(const Json& json, const char* key, const std::string& owner,
                   const std::string& fallback) const {
    if (!given(json, key)) return fallback;
    if (!json[key].is_string()) fail(owner + ": \"" + key + "\" is no text", "quote it");
    return json[key].get<std::string>();
  }

  bool flag(const Json& json, const char* key, const std::string& owner, bool fallback) const {
    if (!given(json, key)) return fallback;
    if (!json[key].is_boolean()) fail(owner + ": \"" + key + "\" is not true or false", "");
    return json[key].get<bool>();
  }

  const Json& list(const Json& json, const char* key, const std::string& owner) const {
    const Json& value = field(json, key, owner);
    if (!value.is_array()) fail(owner + ": \"" + key + "\" is no list", "write [ … ]");
    return value;
  }

  /// Whole numbers, also written 1e6 or 5.0 as scripts do.
  std::int64_t integer(const Json& value, const std::string& owner) const {
    constexpr double kLimit = 9.2e18;
    const bool too_large = value.is_number_unsigned() &&
                           value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
    if (value.is_number_integer() && !too_large) return value.get<std::int64_t>();
    if (value.is_number_float()) {
      const double number = value.get<double>();
      const bool representable = number >= -kLimit && number <= kLimit;
      if (representable && static_cast<double>(static_cast<std::int64_t>(number)) == number) {
        return static_cast<std::int64_t>(number);
      }
    }
    fail(owner + " is " + quotable(value.dump()), "write a whole number that fits in 64 bits");
  }

  std::int32_t small_integer(const Json& value, const std::string& owner) const {
    const std::int64_t number = integer(value, owner);
    if (number < INT32_MIN || number > INT32_MAX) {
      fail(owner + " is " + quotable(value.dump()), "ids and indexes fit in 32 bits");
    }
    return static_cast<std::int32_t>(number);
  }

  ValueId read_value(const Json& json, const std::string& owner) const {
    if (!json.is_array()) return {small_integer(json, owner), 0};
    if (json.size() != 2) {
      fail(owner + " is " + quotable(json.dump()), "write a unit id or [unit, output]");
    }
    return {small_integer(json[0], owner), small_integer(json[1], owner)};
  }

  TensorSpec read_spec(const Json& json, const std::string& owner) const {
    TensorSpec spec;
    const std::string type = text(json, "dtype", owner, "");
    const std::optional<DType> known = dtype_from_name(type);
    if (!known) {
      fail(owner + ": unknown dtype '" + quotable(type) + "'", "write f32, f16, u8, i64, …");
    }
    spec.type = *known;
    for (const Json& dimension : list(json, "shape", owner)) {
      spec.shape.push_back(integer(dimension, owner + ": a dimension"));
    }
    return spec;
  }

  LayerFeatures read_features(const Json& json, const std::string& owner) const {
    const auto count = [&](const char* key) {
      return given(json, key) ? integer(json[key], owner + ": \"" + key + '"') : 0;
    };
    LayerFeatures features{count("input_bytes"), count("output_bytes"), count("weight_bytes"),
                           count("macs"), 0};
    if (given(json, "filter_term")) {
      if (!json["filter_term"].is_number()) fail(owner + ": \"filter_term\" is no number", "");
      features.filter_term = json["filter_term"].get<double>();
    }
    return features;
  }

  using Times = std::vector<std::optional<Nanoseconds>>;

  Times read_times(const Json& json, const char* key, const std::string& owner) const {
    Times times;
    if (!given(json, key)) return times;
    for (const Json& time : list(json, key, owner)) {
      if (time.is_null()) {
        times.emplace_back(std::nullopt);
      } else {
        times.emplace_back(Nanoseconds(integer(time, owner + ": a time in \"" + key + '"')));
      }
    }
    return times;
  }

  CodecOption read_codec(const Json& json, const std::string& owner) const {
    CodecOption codec;
    codec.name = text(json, "name", owner, "");
    codec.bytes = integer(field(json, "bytes", owner), owner + ": \"bytes\"");
    codec.encode = read_times(json, "encode_ns", owner);
    codec.decode = read_times(json, "decode_ns", owner);
    if (given(json, "accuracy_loss")) {
      if (!json["accuracy_loss"].is_number()) {
        fail(owner + ": \"accuracy_loss\" is no number", "0 to 1");
      }
      codec.accuracy_loss = json["accuracy_loss"].get<double>();
    }
    return codec;
  }

  Unit read_unit(const Json& json, std::size_t position) const {
    const std::string owner = "units[" + std::to_string(position) + "]";
    Unit unit;
    unit.id = small_integer(field(json, "id", owner), owner + ": \"id\"");
    unit.name = text(json, "name", owner, "unit" + std::to_string(unit.id));
    unit.type = text(json, "type", owner, "");
    unit.time = read_times(json, "time_ns", owner);
    unit.output_bytes = integer(field(json, "output_bytes", owner), owner + ": \"output_bytes\"");
    std::set<std::pair<std::int32_t, std::int32_t>> known;
    for (const Json& input : list(json, "inputs", owner)) {
      const ValueId value = read_value(input, owner + ": an input");
      if (known.emplace(value.unit, value.index).second) unit.inputs.push_back(value);
    }
    unit.transmissible = flag(json, "transmissible", owner, true);
    if (given(json, "outputs")) {
      for (const Json& output : list(json, "outputs", owner)) {
        unit.outputs.push_back(read_spec(output, owner + ": an output"));
      }
    }
    if (given(json, "codecs")) {
      for (const Json& codec : list(json, "codecs", owner)) {
        unit.codecs.push_back(read_codec(codec, owner + ": a codec"));
      }
    }
    if (given(json, "features")) unit.features = read_features(json["features"], owner);
    return unit;
  }

  ExitPoint read_exit(const Json& json, std::size_t position) const {
    const std::string owner = "exits[" + std::to_string(position) + "]";
    ExitPoint exit;
    exit.name = text(json, "name", owner, "exit" + std::to_string(position + 1));
    exit.value.unit = small_integer(field(json, "unit", owner), owner + ": \"unit\"");
    if (given(json, "index")) {
      exit.value.index = small_integer(json["index"], owner + ": \"index\"");
    }
    if (given(json, "accuracy")) {
      if (!json["accuracy"].is_number()) fail(owner + ": \"accuracy\" is no number", "0 to 1");
      exit.accuracy = json["accuracy"].get<double>();
    }
    return exit;
  }

  /// As listed; when left out, as many as unit 0 has times.
  std::vector<Tier> read_tiers(const Json& json, const std::vector<Unit>& units) const {
    std::vector<Tier> tiers;
    if (!given(json, "tiers")) {
      const std::size_t count = units.empty() ? 0 : units[0].time.size();
      for (std::size_t tier = 0; tier < std::min<std::size_t>(count, 3); ++tier) {
        tiers.push_back(static_cast<Tier>(tier));
      }
      return tiers;
    }
    for (const Json& name : list(json, "tiers", "the document")) {
      const std::string tier_name = name.is_string() ? name.get<std::string>() : name.dump();
      const std::optional<Tier> tier = tier_from_name(tier_name);
      if (!tier) {
        fail("unknown tier '" + quotable(tier_name) + "'", "the tiers are device, edge, cloud");
      }
      tiers.push_back(*tier);
    }
    return tiers;
  }

  const std::string& where_;
};

}  // namespace

LayerGraph graph_from_json(const std::string& text, const std::string& where) {
  LayerGraph graph = GraphReader(where).read(parse_document(text, where));
  validate_graph(graph, where);
  return graph;
}

}  // namespace branchline::graph
