(component $c (type $r (resource (rep i32))) (type $t (tuple (own $r) (option string)))
  (component (import "x" (instance (export "t" (type (eq $t))))) (alias outer $c $t (type)))
  (type (variant (case "a") (case "b" (result u8 (error (stream)))))))
