(component (core type $m (module (type (func)) (import "a" "b" (func (param i32))) (export "c" (memory 1))))
  (core rec (type $a (struct)) (type (sub $a (struct)))) (import "m" (core module (type $m)))
  (core instance (instantiate 0 (with "" (instance (export "x" (memory 0)))))))
