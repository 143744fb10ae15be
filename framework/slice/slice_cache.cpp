#include "framework/slice/slice_cache.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <iterator>
#include <list>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "framework/base/error.h"

namespace branchline::slice {

namespace {

constexpr const char* kClosed = "the slice cache was closed";

struct CacheKey {
  std::string digest;
  SliceSpec spec;

  friend bool operator==(const CacheKey& a, const CacheKey& b) {
    return a.digest == b.digest && a.spec == b.spec;
  }
};

struct CompileJob {
  CacheKey key;
  std::shared_ptr<const model::Model> model;
  std::vector<SliceCache::Ready> ready;
};

}  // namespace

/// Slices number in the tens: lists searched in order are as fast as anything.
struct SliceCache::Parts {
  explicit Parts(std::int64_t most) : max_bytes(most) {}

  const std::int64_t max_bytes;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::list<std::pair<CacheKey, std::shared_ptr<const Slice>>> slices;  ///< latest used first
  std::int64_t bytes = 0;
  std::list<std::pair<CacheKey, std::weak_ptr<const Slice>>> let_go;  ///< may still be in use
  std::deque<CompileJob> jobs;  ///< the front one is under compilation when `compiling`
  bool compiling = false;
  bool stopping = false;
  std::thread compiler;

  std::shared_ptr<const Slice> use(const CacheKey& key);
  void insert(const CacheKey& key, std::shared_ptr<const Slice> slice);
  void compile_until_stopped();
  void compile_front(std::unique_lock<std::mutex>& lock);
};

std::shared_ptr<const Slice> SliceCache::Parts::use(const CacheKey& key) {
  for (auto it = slices.begin(); it != slices.end(); ++it) {
    if (!(it->first == key)) continue;
    slices.splice(slices.begin(), slices, it);
    return it->second;
  }
  for (auto it = let_go.begin(); it != let_go.end(); ++it) {
    if (!(it->first == key)) continue;
    const std::shared_ptr<const Slice> slice = it->second.lock();
    let_go.erase(it);
    if (slice) insert(key, slice);
    return slice;
  }
  return nullptr;
}

void SliceCache::Parts::insert(const CacheKey& key, std::shared_ptr<const Slice> slice) {
  bytes += slice->bytes();
  slices.emplace_front(key, std::move(slice));
  while (bytes > max_bytes && slices.size() > 1) {
    bytes -= slices.back().second->bytes();
    let_go.emplace_back(slices.back().first, slices.back().second);
    slices.pop_back();
  }
  let_go.remove_if([](const auto& entry) { return entry.second.expired(); });
}

void SliceCache::Parts::compile_front(std::unique_lock<std::mutex>& lock) {
  compiling = true;
  const CacheKey key = jobs.front().key;
  const std::shared_ptr<const model::Model> model = jobs.front().model;
  lock.unlock();
  std::shared_ptr<const Slice> slice;
  std::string error;
  try {
    slice = compile_slice(model, key.spec);
  } catch (const std::exception& failure) {
    error = failure.what();
  }
  lock.lock();
  compiling = false;
  if (slice) insert(key, slice);
  const std::vector<Ready> ready = std::move(jobs.front().ready);
  jobs.pop_front();
  lock.unlock();
  for (const Ready& call : ready) call(slice, error);
  lock.lock();
}

void SliceCache::Parts::compile_until_stopped() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return stopping || !jobs.empty(); });
    if (stopping) return;
    compile_front(lock);
  }
}

SliceCache::SliceCache(std::int64_t max_bytes) : parts_(std::make_unique<Parts>(max_bytes)) {
  parts_->compiler = std::thread([parts = parts_.get()] { parts->compile_until_stopped(); });
}

SliceCache::~SliceCache() { stop(); }

void SliceCache::stop() {
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->stopping = true;
  }
  parts_->changed.notify_all();
  if (parts_->compiler.joinable()) parts_->compiler.join();
  std::deque<CompileJob> waiting;
  {
    const std::lock_guard lock(parts_->mutex);
    waiting.swap(parts_->jobs);
  }
  for (const CompileJob& job : waiting) {
    for (const Ready& ready : job.ready) ready(nullptr, kClosed);
  }
}

std::shared_ptr<const Slice> SliceCache::find(const model::Model& model, const SliceSpec& spec) {
  const std::lock_guard lock(parts_->mutex);
  return parts_->use({model.digest(), spec});
}

void SliceCache::prepare(std::shared_ptr<const model::Model> model, const SliceSpec& spec,
                         Ready ready) {
  CacheKey key{model->digest(), spec};
  std::unique_lock lock(parts_->mutex);
  if (std::shared_ptr<const Slice> slice = parts_->use(key)) {
    lock.unlock();
    if (ready) ready(std::move(slice), "");
    return;
  }
  if (parts_->stopping) {
    lock.unlock();
    if (ready) ready(nullptr, kClosed);
    return;
  }
  for (CompileJob& job : parts_->jobs) {
    if (!(job.key == key)) continue;
    if (ready) job.ready.push_back(std::move(ready));
    return;
  }
  parts_->jobs.push_back({std::move(key), std::move(model), {}});
  if (ready) parts_->jobs.back().ready.push_back(std::move(ready));
  lock.unlock();
  parts_->changed.notify_all();
}

std::shared_ptr<const Slice> SliceCache::get(std::shared_ptr<const model::Model> model,
                                             const SliceSpec& spec) {
  // The background thread compiles for everybody, so that a slice is never compiled twice at once.
  std::promise<std::shared_ptr<const Slice>> promise;
  prepare(std::move(model), spec,
          [&promise](const std::shared_ptr<const Slice>& slice, const std::string& error) {
            if (slice) {
              promise.set_value(slice);
            } else {
              promise.set_exception(std::make_exception_ptr(RunError(error)));
            }
          });
  return promise.get_future().get();
}

std::int64_t SliceCache::bytes() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->bytes;
}

std::size_t SliceCache::pending() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->jobs.size();
}

}  // namespace branchline::slice
