#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "framework/slice/slice.h"

namespace branchline::slice {

/// Compiled slices of any number of models: bounded by bytes, least recently used out, compiled by
/// one background thread. What is let go lives on as long as somebody holds it, and until then is
/// taken back rather than compiled a second time. Safe from any thread; no lock is held while
/// compiling.
class SliceCache {
 public:
  /// Must not throw and must not block: it holds up the compiling thread.
  using Ready = std::function<void(std::shared_ptr<const Slice> slice, const std::string& error)>;

  /// @param max_bytes  of Slice::bytes() kept; the most recent slice is always kept
  explicit SliceCache(std::int64_t max_bytes);
  ~SliceCache();  ///< stop()

  /// Waits for the compilation under way, if any, and begins none any more: what waits, and
  /// whatever is to be prepared from now on, gets an error. What is compiled stays.
  void stop();

  /// The slice if it is ready, and then it counts as used; nullptr otherwise. Never compiles.
  std::shared_ptr<const Slice> find(const model::Model& model, const SliceSpec& spec);

  /// Compiles in the background unless it is there or under way; `ready` (may be empty) is called
  /// once, from the background thread or at once from this call, with the slice or with an error
  /// text and nullptr.
  void prepare(std::shared_ptr<const model::Model> model, const SliceSpec& spec, Ready ready = {});

  /// Compiles now if needed, and waits. @throws RunError
  std::shared_ptr<const Slice> get(std::shared_ptr<const model::Model> model,
                                   const SliceSpec& spec);

  std::int64_t bytes() const;
  std::size_t pending() const;  ///< slices waiting for or under compilation

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace branchline::slice
