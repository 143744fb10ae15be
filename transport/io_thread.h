#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "transport/asio.h"
#include "transport/buffer_pool.h"
#include "transport/channel.h"

namespace branchline::transport {

/// Something with sockets or timers of its own, told when its IoThread goes down.
class IoObject {
 public:
  virtual ~IoObject() = default;
  /// On the I/O thread: cancel everything that is pending.
  virtual void shut_down(const std::string& reason) = 0;
};

/// What an IoThread is made of. Shared by everything that holds a socket, so that a channel may
/// outlive its thread (closed).
struct IoThread::Parts {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::shared_ptr<BufferPool> pool = std::make_shared<BufferPool>();
  std::thread thread;

  /// @returns a key for forget().
  std::uint64_t remember(std::weak_ptr<IoObject> object);
  void forget(std::uint64_t key);

  bool on_io_thread() const { return std::this_thread::get_id() == thread.get_id(); }

  /// Runs `work_item` on the I/O thread and waits for it; in place when already there or when the
  /// thread has ended.
  void run_and_wait(const std::function<void()>& work_item);

  void shut_down_objects();

 private:
  std::mutex mutex_;
  std::uint64_t next_key_ = 0;
  std::unordered_map<std::uint64_t, std::weak_ptr<IoObject>> objects_;
};

}  // namespace branchline::transport
