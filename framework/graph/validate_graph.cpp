#include "framework/graph/validate_graph.h"

#include <cstddef>

#include "framework/base/error.h"

namespace branchline::graph {
namespace {

class GraphChecker {
 public:
  GraphChecker(const LayerGraph& graph, const std::string& where) : graph_(graph), where_(where) {}

  void check() const {
    if (graph_.units.empty()) fail("the graph has no units", "unit 0 must be the input");
    check_tiers();
    for (std::size_t position = 0; position < graph_.units.size(); ++position) {
      check_unit(position);
    }
    if (graph_.exits.empty()) fail("the graph has no exits", "name at least one unit as an exit");
    for (const ExitPoint& exit : graph_.exits) check_exit(exit);
  }

 private:
  [[noreturn]] void fail(const std::string& what, const std::string& fix) const {
    throw InputError(what, where_, fix);
  }

  static std::string title(const Unit& unit) {
    return "unit " + std::to_string(unit.id) +
           (unit.name.empty() ? "" : " '" + quotable(unit.name) + "'");
  }

  void check_tiers() const {
    for (std::size_t place = 0; place < graph_.tiers.size(); ++place) {
      if (static_cast<std::size_t>(graph_.tiers[place]) != place) {
        fail(std::string("tier '") + name_of(graph_.tiers[place]) + "' stands at place " +
                 std::to_string(place),
             "tiers are listed outwards from the device: device, edge, cloud");
      }
    }
  }

  void check_unit(std::size_t position) const {
    const Unit& unit = graph_.units[position];
    if (unit.id < 0 || static_cast<std::size_t>(unit.id) != position) {
      fail(title(unit) + " stands at place " + std::to_string(position),
           "number the units 0, 1, 2, … in the order they are listed");
    }
    check_inputs(unit);
    check_outputs(unit);
    check_times(unit);
    check_codecs(unit);
  }

  void check_inputs(const Unit& unit) const {
    if (unit.id == 0 && !unit.inputs.empty()) {
      fail(title(unit) + " has inputs", "unit 0 is the network's input and reads nothing");
    }
    if (unit.id != 0 && unit.inputs.empty()) {
      fail(title(unit) + " has no inputs", "only unit 0 may have none");
    }
    for (const ValueId& input : unit.inputs) {
      if (input.unit < 0 || input.unit >= unit.id) {
        fail(title(unit) + " reads unit " + std::to_string(input.unit),
             "ids are a topological order: a unit reads only units with a smaller id");
      }
      check_value(input, title(unit));
    }
  }

  /// `value.unit` is known to exist.
  void check_value(const ValueId& value, const std::string& reader) const {
    const Unit& producer = graph_.units[static_cast<std::size_t>(value.unit)];
    const bool listed =
        producer.outputs.empty() || static_cast<std::size_t>(value.index) < producer.outputs.size();
    if (value.index < 0 || !listed) {
      fail(reader + " reads output " + std::to_string(value.index) + " of " + title(producer) +
               ", which has " + std::to_string(producer.outputs.size()),
           "outputs count from 0");
    }
  }

  void check_outputs(const Unit& unit) const {
    if (unit.output_bytes < 0) {
      fail(title(unit) + " has output_bytes " + std::to_string(unit.output_bytes),
           "bytes are never negative");
    }
    for (const TensorSpec& output : unit.outputs) {
      for (const std::int64_t dimension : output.shape) {
        if (dimension < 0) {
          fail(title(unit) + " has an output dimension " + std::to_string(dimension),
               "dimensions are never negative");
        }
      }
      if (!size_fits(output)) {
        fail(title(unit) + " has an output of more bytes than fit in 64 bits",
             "write its shape for batch size 1");
      }
    }
  }

  /// As TensorSpec::bytes() multiplies.
  static bool size_fits(const TensorSpec& spec) {
    std::int64_t bytes = 1;
    bool fits = true;
    for (const std::int64_t dimension : spec.shape) {
      fits = fits && !__builtin_mul_overflow(bytes, dimension, &bytes);
    }
    return fits && !__builtin_mul_overflow(bytes, size_of(spec.type), &bytes);
  }

  void check_times(const Unit& unit) const {
    if (unit.time.size() != graph_.tiers.size()) {
      fail(title(unit) + " has " + std::to_string(unit.time.size()) + " times for " +
               std::to_string(graph_.tiers.size()) + " tiers",
           "time_ns has one entry per tier, null where the tier cannot run the unit");
    }
    for (const std::optional<Nanoseconds>& time : unit.time) {
      if (time && time->count() < 0) {
        fail(title(unit) + " takes " + std::to_string(time->count()) + " ns",
             "times are never negative");
      }
    }
    if (unit.id == 0 && !unit.time.empty() && !unit.time[0]) {
      fail(title(unit) + " cannot run on the device", "the input is born there: give it time 0");
    }
  }

  void check_codecs(const Unit& unit) const {
    for (std::size_t place = 0; place < unit.codecs.size(); ++place) {
      const CodecOption& codec = unit.codecs[place];
      const std::string name = title(unit) + ": codec '" + quotable(codec.name) + "'";
      if (codec.name.empty() || codec.name == "raw") {
        fail(name + " has no name of its own", "raw is always there and needs no entry");
      }
      for (std::size_t other = 0; other < place; ++other) {
        if (unit.codecs[other].name == codec.name) fail(name + " is listed twice", "list it once");
      }
      if (codec.bytes < 0) {
        fail(name + " has bytes " + std::to_string(codec.bytes), "bytes are never negative");
      }
      if (!(codec.accuracy_loss >= 0 && codec.accuracy_loss <= 1)) {
        fail(name + " has accuracy_loss " + std::to_string(codec.accuracy_loss),
             "losses are 0 to 1; write 0 where a gain was measured");
      }
      check_codec_times(codec.encode, name + ": encode_ns");
      check_codec_times(codec.decode, name + ": decode_ns");
    }
  }

  void check_codec_times(const std::vector<std::optional<Nanoseconds>>& times,
                         const std::string& field) const {
    if (times.size() != graph_.tiers.size()) {
      fail(field + " has " + std::to_string(times.size()) + " times for " +
               std::to_string(graph_.tiers.size()) + " tiers",
           "it has one entry per tier, null where the tier does not know the codec");
    }
    for (const std::optional<Nanoseconds>& time : times) {
      if (time && time->count() < 0) {
        fail(field + " has " + std::to_string(time->count()) + " ns", "times are never negative");
      }
    }
  }

  void check_exit(const ExitPoint& exit) const {
    const std::string reader = "exit '" + quotable(exit.name) + "'";
    if (exit.value.unit < 0 || exit.value.unit >= graph_.unit_count()) {
      fail(reader + " is unit " + std::to_string(exit.value.unit),
           "the units are 0 to " + std::to_string(graph_.unit_count() - 1));
    }
    check_value(exit.value, reader);
    if (exit.accuracy && !(*exit.accuracy >= 0 && *exit.accuracy <= 1)) {
      fail(reader + " has accuracy " + std::to_string(*exit.accuracy), "accuracies are 0 to 1");
    }
  }

  const LayerGraph& graph_;
  const std::string& where_;
};

}  // namespace

void validate_graph(const LayerGraph& graph, const std::string& where) {
  GraphChecker(graph, where).check();
}

}  // namespace branchline::graph
