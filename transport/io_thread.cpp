#include "transport/io_thread.h"

#include <future>
#include <utility>
#include <vector>

#include "transport/asio.h"

namespace branchline::transport {

std::uint64_t IoThread::Parts::remember(std::weak_ptr<IoObject> object) {
  const std::lock_guard lock(mutex_);
  objects_.emplace(++next_key_, std::move(object));
  return next_key_;
}

void IoThread::Parts::forget(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  objects_.erase(key);
}

void IoThread::Parts::run_and_wait(const std::function<void()>& work_item) {
  if (on_io_thread() || context.stopped()) {
    work_item();
    return;
  }
  std::promise<void> done;
  asio::post(context, [&] {
    work_item();
    done.set_value();
  });
  done.get_future().wait();
}

void IoThread::Parts::shut_down_objects() {
  std::vector<std::shared_ptr<IoObject>> alive;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, object] : objects_) {
      if (auto held = object.lock()) alive.push_back(std::move(held));
    }
  }
  for (const auto& object : alive) object->shut_down("this program is shutting down");
}

IoThread::IoThread() : parts_(std::make_shared<Parts>()) {
  parts_->thread = std::thread([parts = parts_.get()] { parts->context.run(); });
}

IoThread::~IoThread() {
  asio::post(parts_->context, [parts = parts_.get()] {
    parts->shut_down_objects();
    parts->work.reset();
    parts->context.stop();
  });
  parts_->thread.join();
  // What was cancelled still holds references: let it run out here, without waiting for anything.
  parts_->context.restart();
  while (parts_->context.poll() > 0) {
  }
  parts_->context.stop();
}

}  // namespace branchline::transport
